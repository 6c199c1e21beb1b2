import { join } from 'node:path';
import type { LeaceEraser } from '@steering/core/erasure';
import { SteeringError } from '@steering/core/errors';
import { type ListedLayer, layerList } from '@steering/core/model';
import { hookName } from '@steering/core/onnx';
import { actsPath, eraserPath, generateCommand, vecPath } from '@steering/core/settings';
import {
	type ActivationChunks,
	type Made,
	openActivations,
	type Provenance,
	readEraser,
	readVector,
	requireData,
	requireSource,
	requireTogether,
} from '@steering/core/vectors';
import type { MethodInput } from './method.js';

/** A listed layer and its steering vector, (width) float32, before it is multiplied. */
export interface LayerVector extends ListedLayer {
	vector: Float32Array;
	/** The vector's file. */
	made: Made;
}

/** Both sides of what a vector came from, read in chunks; errors name their files. */
export interface Sides {
	positives: ActivationChunks;
	negatives: ActivationChunks;
}

/** The line that makes all files that a method reads. */
function commandOf({ settings, data }: MethodInput): string {
	return generateCommand(settings, { data });
}

/**
 * Refuses an artifact that was not read from this model at this hook point, or not from this data; with `force`, another model of
 * its width may have made it. What is used `beside` another file comes from the same examples.
 */
function requireOwn(
	input: MethodInput,
	{ point }: ListedLayer,
	own: Made,
	{ width, side, beside }: { width: number; side?: Provenance['side']; beside: Made | undefined },
): void {
	const { settings, model, force } = input;
	const { name, fingerprint } = model.info;
	const command = commandOf(input);
	const wanted = {
		model: name,
		fingerprint: force ? own.provenance.fingerprint : fingerprint,
		width: model.info.width,
	};
	requireSource(own, width, { ...wanted, hookPoint: hookName(point), command });
	requireData(own, { dataset: settings.dataset, behavior: settings.behavior, side, command });
	if (beside) requireTogether(beside, own, command);
}

/**
 * The vectors that the settings ask for, each checked to belong to this model, hook point and data. Throws ERR_MISSING_INPUT,
 * ERR_BAD_FILE, ERR_MISMATCH.
 */
export async function loadVectors(input: MethodInput): Promise<LayerVector[]> {
	const { settings, model, root } = input;
	const loaded: LayerVector[] = [];
	for (const layer of layerList(settings, model.info.layers)) {
		const path = join(root, vecPath(settings, layer.index));
		const { vector, provenance } = await readVector(path, commandOf(input));
		const made = { path, provenance };
		requireOwn(input, layer, made, { width: vector.length, beside: loaded[0]?.made });
		loaded.push({ ...layer, vector, made });
	}
	return loaded;
}

/** Lends the activations that a layer's vector came from to `use`, while their files are open; see {@link loadVectors} for the errors. */
export async function withActivations<T>(
	input: MethodInput,
	layer: ListedLayer & { made?: Made },
	use: (sides: Sides) => T,
): Promise<T> {
	const open: { close(): Promise<void> }[] = [];
	const side = async (positive: boolean, beside: Made | undefined) => {
		const path = join(input.root, actsPath(input.settings, { positive, layer: layer.index }));
		const { activations, provenance, close } = await openActivations(path, { command: commandOf(input) });
		open.push({ close });
		const made = { path, provenance };
		const wanted = { width: activations.width, side: positive ? 'positive' : 'negative', beside } as const;
		requireOwn(input, layer, made, wanted);
		return { activations, made };
	};
	try {
		const positives = await side(true, layer.made);
		const negatives = await side(false, positives.made);
		return use({ positives: positives.activations, negatives: negatives.activations });
	} finally {
		for (const { close } of open) await close();
	}
}

/** The eraser saved with a log-odds vector; see {@link loadVectors} for the errors. */
export async function loadEraser(input: MethodInput, layer: LayerVector): Promise<LeaceEraser> {
	const path = join(input.root, eraserPath(input.settings, layer.index));
	const { eraser, provenance } = await readEraser(path, commandOf(input));
	requireOwn(input, layer, { path, provenance }, { width: eraser.width, beside: layer.made });
	return eraser;
}

/** Fits to saved activations; an error says how they are made again, too. */
export function fitTo<T>(input: MethodInput, fit: () => T): T {
	try {
		return fit();
	} catch (error) {
		if (!(error instanceof SteeringError)) throw error;
		const again = `\`${commandOf(input)} --overwrite\` makes the file again`;
		throw new SteeringError(error.code, error.message, { hint: `${error.hint}; ${again}`, cause: error });
	}
}
