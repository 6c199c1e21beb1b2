import { SteeringError } from '../errors/index.js';
import { hasNorm, type Intervention, type LowRankMap } from '../interventions/index.js';
import { type HookPoint, hookName } from '../onnx/index.js';
import { lengthBuckets } from './capture.js';
import { layerList, layerListLength } from './layer-list.js';
import type { SessionOptions } from './open-session.js';
import type { ScrubFit } from './scrub-fit.js';
import { type SpillOptions, StreamStore } from './stream-store.js';
import { StreamUpdate } from './stream-update.js';
import { SublayerSession } from './sublayer-session.js';

export interface ScrubRequest {
	/** The ONNX file, and its number of decoder layers. */
	path: string;
	layers: number;
	/** Token ids. */
	positives: readonly (readonly number[])[];
	negatives: readonly (readonly number[])[];
	/** What errors call the examples, for instance their file; default "the examples". */
	name?: string | undefined;
	/** Part of the fit: each sub-layer is fitted on the stream that those before it have scrubbed and steered. */
	mult: number;
	method: 'leace' | 'orth';
	session: SessionOptions;
	/** How much of the streams, and of what a sub-layer adds to them, stays in memory, and where the rest goes. */
	spill?: SpillOptions | undefined;
	signal?: AbortSignal | undefined;
	/** Called after each sub-layer. */
	onProgress?: ((sublayers: number) => void) | undefined;
}

/** What is done to the output of one sub-layer. */
export interface ScrubStep extends Intervention {
	map: LowRankMap;
}

/**
 * Concept scrubbing (Belrose et al. 2023, algorithm 1; SPEC 1.9): layer by layer, an eraser and a vector for what each sub-layer
 * adds to the residual stream. Every block is run once, over streams that are kept between blocks; memory holds the streams of
 * the examples, on disk past {@link StreamStore}'s limit, and one batch of activations.
 *
 * The vector is the multiplier times the sum of the positives' last rows less the negatives', over the number of all examples:
 * half the difference of means for classes of one size, as the reference has it.
 *
 * Throws ERR_BAD_FILE for examples that nothing can be fitted to, ERR_USAGE for a multiplier that leaves float32's range.
 */
export async function fitScrub(request: ScrubRequest): Promise<ScrubStep[]> {
	const { path, layers, session, signal, onProgress } = request;
	const examples = [...request.positives, ...request.negatives];
	const batches = lengthBuckets(examples).map((rows) => rows.map((row) => examples[row]!));
	const labels = lengthBuckets(examples).map((rows) => rows.map((row) => (row < request.positives.length ? 1 : 0)));
	// Imported late: erasure is a library of its own, and most models are never scrubbed.
	const { ScrubFit } = await import('./scrub-fit.js');
	const streams = new StreamStore(request.spill);
	try {
		await embed(path, batches, streams, session);
		const points = layerList({ residual: true, layer: 'all' }, layers);
		const interventions: ScrubStep[] = [];
		for (let index = 0; index < layerListLength(true, layers); index++) {
			signal?.throwIfAborted();
			const { point } = points[index]!;
			const step = await fitSublayer({
				...request,
				index,
				point,
				batches,
				labels,
				streams,
				newFit: (width) => new ScrubFit(width, { ...request, point }),
			});
			interventions.push({ point, toks: null, ...step });
			onProgress?.(1);
		}
		return interventions;
	} finally {
		streams.close();
	}
}

async function embed(path: string, batches: Batch[], streams: StreamStore, options: SessionOptions): Promise<void> {
	const session = await SublayerSession.open(path, 'embedding', options);
	try {
		for (const [b, ids] of batches.entries()) streams.put(b, await session.run({ ids }));
	} finally {
		await session.release();
	}
}

type Batch = (readonly number[])[];

interface SublayerWork extends ScrubRequest {
	index: number;
	point: HookPoint;
	batches: Batch[];
	labels: number[][];
	streams: StreamStore;
	newFit: (width: number) => ScrubFit;
}

async function fitSublayer(work: SublayerWork): Promise<{ map: LowRankMap; vector: Float32Array }> {
	const { batches, labels, streams, signal } = work;
	const session = await SublayerSession.open(work.path, work.index, work.session);
	const outputs = new StreamStore(work.spill);
	try {
		const { width } = session;
		const fit = work.newFit(width);
		for (const [b, ids] of batches.entries()) {
			signal?.throwIfAborted();
			const output = await session.run({ ids, stream: streams.get(b) });
			fit.update(lastRows(output, ids, width), labels[b]!);
			outputs.put(b, output);
		}
		const step = fit.result();
		requireNorm(work, step.vector);
		const update = new StreamUpdate(step.map, step.vector);
		for (const b of batches.keys()) streams.put(b, update.apply(streams.get(b), outputs.get(b)));
		return step;
	} finally {
		outputs.close();
		await session.release();
	}
}

function requireNorm({ mult, point }: SublayerWork, vector: Float32Array): void {
	if (hasNorm(vector)) return;
	const what = `multiplier ${mult} takes the scrubbed stream out of float32 at ${hookName(point)}`;
	throw new SteeringError('ERR_USAGE', what, { hint: 'use a smaller one' });
}

/** The row of each example's last token, (batch, width). */
function lastRows(output: Float32Array, ids: Batch, width: number): Float32Array {
	const length = output.length / ids.length / width;
	const rows = new Float32Array(ids.length * width);
	for (const [r, { length: tokens }] of ids.entries()) {
		const start = (r * length + tokens - 1) * width;
		rows.set(output.subarray(start, start + width), r * width);
	}
	return rows;
}
