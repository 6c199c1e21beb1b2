import { automaticQuant, buildCached, buildModel, type HookOptions, type QuantOptions } from '@steering/core/build';
import { SteeringError } from '@steering/core/errors';
import { locateModel, type PreparationHooks } from '@steering/core/model';

export interface BuildSourceOptions extends PreparationHooks, QuantOptions, HookOptions {
	/** A registry name, a GGUF file, a folder, or a hub id. */
	source: string;
	/** The folder to make; default: one in the cache. */
	output?: string | undefined;
	overwrite?: boolean | undefined;
	env?: NodeJS.ProcessEnv | undefined;
	signal?: AbortSignal | undefined;
}

export interface SourceModel {
	/** A folder, or an ONNX file, for `--model`. */
	folder: string;
	/** Whether it was built now, was there, or is an ONNX model that nothing is built from. */
	made: 'built' | 'there' | 'onnx';
}

/**
 * Builds the model that a source names, downloaded if need be; of an ONNX model it says where it is.
 * @throws ERR_USAGE for an ONNX model with `output`; what locateModel, buildModel and buildCached throw
 */
export async function buildSource(options: BuildSourceOptions): Promise<SourceModel> {
	const { source, output, quant, scheme, rounding, hooks, form, overwrite, env, signal, onBuild, onNote } = options;
	const located = await locateModel(source, options);
	if (output === undefined && hooks !== undefined) {
		throw new SteeringError('ERR_USAGE', '--hooks makes a graph for other programs', { hint: 'say where: -o DIR' });
	}
	if (located.kind === 'onnx') {
		if (output === undefined) return { folder: located.files.onnxPath, made: 'onnx' };
		throw new SteeringError('ERR_USAGE', `${source} is an ONNX model already: nothing is built from it`, {
			hint: `give it to --model as it is (${located.files.onnxPath})`,
		});
	}
	const { path, name, sourceName } = located;
	const onProgress = (done: number, total: number) => onBuild?.(name, done, total);
	const how = { source: path, sourceName, quant, scheme, rounding, signal, onProgress };
	const { folder, built, notes } =
		output === undefined
			? await buildCached({ ...how, env, overwrite: overwrite || 'if-different', onWait: onNote })
			: await buildModel({ ...how, hooks, form, output, overwrite });
	for (const note of notes) onNote?.(note);
	if (output === undefined) noteWhoFindsIt(options);
	return { folder, made: built ? 'built' : 'there' };
}

/** Commands build with STEERING_QUANT alone: of a model built otherwise they know nothing. */
function noteWhoFindsIt({ quant, scheme, rounding, env, onNote }: BuildSourceOptions): void {
	if (scheme !== undefined || rounding !== undefined)
		onNote?.('commands do not find it by its source: give them this folder');
	else if (quant !== undefined && quant !== automaticQuant(env)) {
		onNote?.(`commands find it where STEERING_QUANT=${quant} is set`);
	}
}
