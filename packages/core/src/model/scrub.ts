import { FLOAT32_EPSILON, LeaceFitter } from '../erasure/index.js';
import type { Intervention, LowRankMap } from '../interventions/index.js';
import { lengthBuckets } from './capture.js';
import { layerList, layerListLength } from './layer-list.js';
import type { SessionOptions } from './open-session.js';
import { StreamStore } from './stream-store.js';
import { StreamUpdate } from './stream-update.js';
import { SublayerSession } from './sublayer-session.js';

export interface ScrubRequest {
	/** The ONNX file, and its number of decoder layers. */
	path: string;
	layers: number;
	/** Token ids. */
	positives: readonly (readonly number[])[];
	negatives: readonly (readonly number[])[];
	/** Part of the fit: each sub-layer is fitted on the stream that those before it have scrubbed and steered. */
	mult: number;
	method: 'leace' | 'orth';
	session: SessionOptions;
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
 */
export async function fitScrub(request: ScrubRequest): Promise<ScrubStep[]> {
	const { path, layers, session, signal, onProgress } = request;
	const examples = [...request.positives, ...request.negatives];
	const batches = lengthBuckets(examples).map((rows) => rows.map((row) => examples[row]!));
	const labels = lengthBuckets(examples).map((rows) => rows.map((row) => (row < request.positives.length ? 1 : 0)));
	const streams = new StreamStore();
	try {
		await embed(path, batches, streams, session);
		const points = layerList({ residual: true, layer: 'all' }, layers);
		const interventions: ScrubStep[] = [];
		for (let index = 0; index < layerListLength(true, layers); index++) {
			signal?.throwIfAborted();
			const step = await fitSublayer(request, index, batches, labels, streams);
			interventions.push({ point: points[index]!.point, toks: null, ...step });
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

async function fitSublayer(
	{ path, mult, method, session: options, signal }: ScrubRequest,
	index: number,
	batches: Batch[],
	labels: number[][],
	streams: StreamStore,
): Promise<{ map: LowRankMap; vector: Float32Array }> {
	const session = await SublayerSession.open(path, index, options);
	const outputs = new StreamStore();
	try {
		const { width } = session;
		const fit = new ScrubFit(width, mult, method);
		for (const [b, ids] of batches.entries()) {
			signal?.throwIfAborted();
			const output = await session.run({ ids, stream: streams.get(b) });
			fit.update(lastRows(output, ids, width), labels[b]!);
			outputs.put(b, output);
		}
		const step = fit.result();
		const update = new StreamUpdate(step.map, step.vector);
		for (const b of batches.keys()) streams.put(b, update.apply(streams.get(b), outputs.get(b)));
		return step;
	} finally {
		outputs.close();
		await session.release();
	}
}

/** Eraser and vector of one sub-layer. One-hot labels [negative, positive]; float32's epsilon, as the reference's fit (SPEC 3). */
class ScrubFit {
	readonly #fitter: LeaceFitter;
	readonly #sum: Float64Array;
	readonly #mult: number;
	#count = 0;

	constructor(width: number, mult: number, method: 'leace' | 'orth') {
		this.#fitter = new LeaceFitter(width, 2, { method, epsilon: FLOAT32_EPSILON });
		this.#sum = new Float64Array(width);
		this.#mult = mult;
	}

	update(data: Float32Array, labels: readonly number[]): void {
		const width = this.#sum.length;
		this.#fitter.update(
			{ data, rows: labels.length, width },
			labels.flatMap((label) => [1 - label, label]),
		);
		for (const [row, label] of labels.entries()) {
			const sign = label === 1 ? 1 : -1;
			for (let i = 0; i < width; i++) this.#sum[i]! += sign * data[row * width + i]!;
		}
		this.#count += labels.length;
	}

	result(): { map: LowRankMap; vector: Float32Array } {
		const scale = this.#mult / this.#count;
		return {
			map: this.#fitter.fit().eraser.toLowRankMap(),
			vector: Float32Array.from(this.#sum, (value) => scale * value),
		};
	}
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
