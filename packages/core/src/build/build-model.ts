import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import {
	fingerprint,
	type Manifest,
	makeManifest,
	readManifest,
	requireSpace,
	writeFolderAtomic,
	writeManifest,
} from '../artifacts/index.js';
import { type Checkpoint, openCheckpoint } from '../checkpoints/index.js';
import { SteeringError } from '../errors/index.js';
import type { StoredType } from '../onnx/decoder/decoder-design.js';
import { decoderGraph } from '../onnx/decoder/decoder-graph.js';
import { type DecoderWeight, decoderWeights } from '../onnx/decoder/decoder-weights.js';
import { writeModel } from '../onnx/index.js';
import { writeWeights } from './write-weights.js';

/** How weights are stored: `none` float32, `f16` float16. Arithmetic is float32 either way. */
export const QUANTS = ['none', 'f16'] as const;
export type Quant = (typeof QUANTS)[number];

/** How weights are stored where nothing else is asked for. */
export const DEFAULT_QUANT: Quant = 'f16';

const STORED: Readonly<Record<Quant, StoredType>> = { none: 'float32', f16: 'float16' };

/** Counts up when what is written changes, so that folders made before are made again. */
export const BUILDER = 2;

export const GRAPH = 'model.onnx';
const WEIGHTS = 'model.onnx.data';

export interface BuildOptions {
	/** A GGUF file, a folder with one, or a Hugging Face folder with safetensors. */
	source: string;
	/** What the manifest calls it; default: the file's name. */
	sourceName?: string | undefined;
	/** The folder to make. */
	output: string;
	quant?: Quant | undefined;
	/**
	 * Makes again what an earlier build made, or only what it made from another file or in another way. A folder of other things is
	 * never replaced.
	 */
	overwrite?: boolean | 'if-different' | undefined;
	signal?: AbortSignal | undefined;
	/** Bytes of weights written so far, and in total. */
	onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface BuiltModel {
	folder: string;
	/** False when the folder was there already, made from the same file in the same way. */
	built: boolean;
	/** What a user of the model should know. */
	notes: string[];
}

/**
 * Builds a model folder from a checkpoint: `model.onnx` with its weights beside it, tokenizer and configuration. The folder
 * appears whole or not at all.
 *
 * @throws SteeringError ERR_MISSING_INPUT, ERR_BAD_FILE, ERR_NOT_OFFERED for what cannot be built, ERR_USAGE for a folder that is
 * there already, ERR_LOCKED, ERR_ABORTED
 */
export async function buildModel(options: BuildOptions): Promise<BuiltModel> {
	const { source, quant = DEFAULT_QUANT } = options;
	const folder = resolve(options.output);
	const checkpoint = await openCheckpoint(source);
	try {
		const manifest = manifestOf(checkpoint, quant, options.sourceName);
		const notes = [...checkpoint.notes];
		if (await isBuilt(folder, manifest, options.overwrite)) return { folder, built: false, notes };
		await writeFolderAtomic(folder, (into) => fill(into, checkpoint, quant, manifest, options));
		return { folder, built: true, notes };
	} finally {
		await checkpoint.close();
	}
}

function manifestOf(
	{ path, sources, architecture }: Checkpoint,
	quant: Quant,
	name = basename(resolve(path)),
): Manifest {
	const source = { name, fingerprint: fingerprint(sources), architecture: architecture.modelType };
	return makeManifest({ command: 'build-model', settings: { quant }, source, builder: BUILDER });
}

/** The graph comes last: a folder without one is no model. */
async function fill(
	folder: string,
	checkpoint: Checkpoint,
	quant: Quant,
	manifest: Manifest,
	{ signal, onProgress }: BuildOptions,
): Promise<void> {
	const { design } = checkpoint;
	const stored = STORED[quant];
	const weights = decoderWeights(design, stored);
	refuseLeftovers(checkpoint, weights);
	for (const [name, content] of await checkpoint.companions()) await writeFile(join(folder, name), content);
	const graph = decoderGraph(design, stored, WEIGHTS);
	const places = graph.graph.initializers.flatMap(({ data }) => (data.kind === 'external' ? [data] : []));
	const total = places.reduce((sum, { length = 0 }) => sum + length, 0);
	await requireSpace(folder, total);
	let done = 0;
	const onBytes = (count: number) => {
		done += count;
		onProgress?.(done, total);
	};
	await writeWeights(join(folder, WEIGHTS), checkpoint, weights, places, { signal, onBytes });
	await writeManifest(join(folder, GRAPH), manifest);
	await writeFile(join(folder, GRAPH), writeModel(graph));
}

/** Tensors that the graph has no place for (biases, experts, adapters) would be left out without a sign. */
function refuseLeftovers(checkpoint: Checkpoint, weights: readonly DecoderWeight[]): void {
	const parts = weights.flatMap(({ parts }) => parts);
	const unused = checkpoint.unused(new Set(parts.flatMap((part) => ('tensor' in part ? [part.tensor] : []))));
	if (unused.length === 0) return;
	const more = unused.length > 1 ? ` and ${unused.length - 1} more` : '';
	throw new SteeringError(
		'ERR_NOT_OFFERED',
		`${checkpoint.path} has tensors that no graph built here has: ${JSON.stringify(unused[0])}${more}`,
		{ hint: 'it is a variant of its architecture that is not known' },
	);
}

async function isBuilt(folder: string, wanted: Manifest, overwrite: BuildOptions['overwrite']): Promise<boolean> {
	if (!existsSync(folder) || isEmpty(folder)) return false;
	const found = await readManifest(join(folder, GRAPH)).catch(() => undefined);
	if (found?.command !== wanted.command) {
		throw new SteeringError('ERR_USAGE', `${folder} is there already, and no build made it`, {
			hint: 'name another folder with -o',
		});
	}
	if (overwrite === true) return false;
	const key = ({ versions, ...rest }: Manifest) => JSON.stringify({ ...rest, steering: versions.steering });
	if (key(found) === key(wanted) && existsSync(join(folder, GRAPH))) return true;
	if (overwrite === 'if-different') return false;
	throw new SteeringError('ERR_USAGE', `${folder} holds a model that was built from another file, or in another way`, {
		hint: 'name another folder with -o, or replace it with --overwrite',
	});
}

function isEmpty(folder: string): boolean {
	try {
		return readdirSync(folder).length === 0;
	} catch {
		// A file: it is something, and no build made it.
		return false;
	}
}
