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
import { decoderGraph } from '../onnx/decoder/decoder-graph.js';
import { type DecoderWeight, decoderWeights } from '../onnx/decoder/decoder-weights.js';
import { placeWeights } from '../onnx/decoder/place-weights.js';
import { addInterventions, writeModel } from '../onnx/index.js';
import { HOOKED_GRAPH, type HookOptions, hookedPoints } from './hooked-graph.js';
import { type QuantOptions, type QuantSettings, quantSettings, storedOf } from './quant.js';
import { quantNotes } from './quant-notes.js';
import { writeWeights } from './write-weights.js';

/** Counts up when what is written changes, so that folders made before are made again. */
export const BUILDER = 3;

export const GRAPH = 'model.onnx';
const WEIGHTS = 'model.onnx.data';

export interface BuildOptions extends QuantOptions, HookOptions {
	/** A GGUF file, a folder with one, or a Hugging Face folder with safetensors. */
	source: string;
	/** What the manifest calls it; default: the file's name. */
	sourceName?: string | undefined;
	/** The folder to make. */
	output: string;
	/**
	 * Makes again what an earlier build made, or only what it made from another file or in another way. A folder of other things is
	 * never replaced.
	 */
	overwrite?: boolean | 'if-different' | undefined;
	/** Bytes after which another data file begins; default MAX_DATA_FILE_BYTES. */
	maxDataFileBytes?: number | undefined;
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
	const { source } = options;
	const settings = quantSettings(options);
	if (options.form && !options.hooks) {
		throw new SteeringError('ERR_USAGE', '--form says what hooks can do', { hint: 'name hook points with --hooks' });
	}
	const folder = resolve(options.output);
	const checkpoint = await openCheckpoint(source);
	try {
		const { hooks, form } = options;
		hookedPoints(options, checkpoint.design.layers);
		const manifest = manifestOf(checkpoint, { ...settings, ...(hooks ? { hooks, form } : {}) }, options.sourceName);
		const weights = decoderWeights(checkpoint.design, (matrix) => storedOf(checkpoint, settings, matrix));
		const notes = [...checkpoint.notes, ...quantNotes(checkpoint, settings, weights)];
		if (await isBuilt(folder, manifest, options.overwrite)) return { folder, built: false, notes };
		await writeFolderAtomic(folder, (into) => fill(into, checkpoint, weights, manifest, { ...options, ...settings }));
		return { folder, built: true, notes };
	} finally {
		await checkpoint.close();
	}
}

function manifestOf(
	{ path, sources, architecture }: Checkpoint,
	settings: QuantSettings & HookOptions,
	name = basename(resolve(path)),
): Manifest {
	const source = { name, fingerprint: fingerprint(sources), architecture: architecture.modelType };
	return makeManifest({ command: 'build-model', settings: { ...settings }, source, builder: BUILDER });
}

/** The graph comes last: a folder without one is no model. */
async function fill(
	folder: string,
	checkpoint: Checkpoint,
	weights: readonly DecoderWeight[],
	manifest: Manifest,
	{ rounding, maxDataFileBytes, signal, onProgress, ...options }: BuildOptions,
): Promise<void> {
	const { design } = checkpoint;
	refuseLeftovers(checkpoint, weights);
	for (const [name, content] of await checkpoint.companions()) await writeFile(join(folder, name), content);
	const placed = placeWeights(weights, WEIGHTS, maxDataFileBytes);
	const total = placed.flatMap(({ places }) => places).reduce((sum, { length }) => sum + length, 0);
	await requireSpace(folder, total);
	let done = 0;
	const onBytes = (count: number) => {
		done += count;
		onProgress?.(done, total);
	};
	await writeWeights(folder, checkpoint, placed, { rounding, signal, onBytes });
	const hooked = hookedPoints(options, design.layers);
	if (hooked.length > 0) {
		const graph = decoderGraph(design, placed, WEIGHTS);
		addInterventions(graph, hooked);
		await writeFile(join(folder, HOOKED_GRAPH), writeModel(graph));
	}
	await writeManifest(join(folder, GRAPH), manifest);
	await writeFile(join(folder, GRAPH), writeModel(decoderGraph(design, placed, WEIGHTS)));
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
