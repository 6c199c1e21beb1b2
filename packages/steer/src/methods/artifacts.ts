import { join } from 'node:path';
import type { Activations, LeaceEraser } from '@steering/core/erasure';
import { SteeringError } from '@steering/core/errors';
import { type ListedLayer, layerList } from '@steering/core/model';
import { hookName } from '@steering/core/onnx';
import { actsPath, eraserPath, generateCommand, vecPath } from '@steering/core/settings';
import {
	type Made,
	type Provenance,
	readActivations,
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

/** Activations whose errors name their file. */
export type NamedActivations = Activations & { name: string };

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

/** The activations that a layer's vector came from; see {@link loadVectors} for the errors. */
export async function loadActivations(
	input: MethodInput,
	layer: ListedLayer & { made?: Made },
): Promise<{ positives: NamedActivations; negatives: NamedActivations }> {
	const load = async (positive: boolean, beside: Made | undefined) => {
		const path = join(input.root, actsPath(input.settings, { positive, layer: layer.index }));
		const { activations, provenance } = await readActivations(path, commandOf(input));
		const made = { path, provenance };
		const side = positive ? 'positive' : 'negative';
		requireOwn(input, layer, made, { width: activations.width, side, beside });
		return { rows: { ...activations, name: path }, made };
	};
	const positives = await load(true, layer.made);
	const negatives = await load(false, positives.made);
	return { positives: positives.rows, negatives: negatives.rows };
}

/** The eraser saved with a log-odds vector; see {@link loadVectors} for the errors. */
export async function loadEraser(input: MethodInput, layer: LayerVector): Promise<LeaceEraser> {
	const path = join(input.root, eraserPath(input.settings, layer.index));
	const { eraser, provenance } = await readEraser(path, commandOf(input));
	requireOwn(input, layer, { path, provenance }, { width: eraser.width, beside: layer.made });
	return eraser;
}

/** Fits to activations that were loaded; an error says how they are made again, too. */
export function fitTo<T>(input: MethodInput, fit: () => T): T {
	try {
		return fit();
	} catch (error) {
		if (!(error instanceof SteeringError)) throw error;
		const again = `\`${commandOf(input)} --overwrite\` makes the file again`;
		throw new SteeringError(error.code, error.message, { hint: `${error.hint}; ${again}`, cause: error });
	}
}
