import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
// Not through the index: most models are no checkpoints, and reading those takes forty files.
import { findCheckpoint } from '../checkpoints/find-checkpoint.js';
import { SteeringError } from '../errors/index.js';
import { modelLabel } from '../settings/index.js';
import { parseHubName } from './hub/hub-name.js';
import { type ModelFiles, modelFilesIn } from './model-files.js';
import { findOnnxFile } from './onnx-file.js';
import type { PreparationHooks } from './preparation.js';
import { folderVariable, MODELS, type RegistryModel, registryModel } from './registry.js';

export interface LocateOptions extends PreparationHooks {
	readonly env?: NodeJS.ProcessEnv | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** Where a model is: ready to be used, or to be built from a checkpoint. */
export type LocatedModel =
	| { readonly kind: 'onnx'; readonly files: ModelFiles }
	| {
			readonly kind: 'checkpoint';
			/** A GGUF file, or a folder of Hugging Face's. */
			readonly path: string;
			/** As in artifact names. */
			readonly name: string;
			/** As manifests call it: the hub's name, or the file's. */
			readonly sourceName: string;
	  };

/**
 * Finds a model: by registry name, by path (a folder, an ONNX file, a GGUF file), or by hub name, downloaded if need be.
 * `STEERING_MODEL_NAME=PATH` puts a model of one's own in the place of the registry's NAME.
 * @throws ERR_MISSING_INPUT when there is no such model, with what to do; ERR_NETWORK when the hub cannot be reached
 */
export async function locateModel(model: string, options: LocateOptions = {}): Promise<LocatedModel> {
	const known = registryModel(model);
	if (known !== undefined) return await locateRegistered(model, known, options);
	if (existsSync(model)) return await locateAt(model);
	const hubName = parseHubName(model);
	if (hubName !== undefined) {
		// Imported late: most models are local.
		const { hubModel } = await import('./hub/hub-model.js');
		return await locateAt(await hubModel({ ...hubName, ...options }), modelLabel(model), model);
	}
	throw new SteeringError('ERR_MISSING_INPUT', `there is no model ${model}`, {
		hint: `give a folder, a .gguf or .onnx file, a hub id ORG/NAME, or one of ${Object.keys(MODELS).join(', ')}`,
	});
}

async function locateRegistered(name: string, { source }: RegistryModel, options: LocateOptions) {
	const own = (options.env ?? process.env)[folderVariable(name)];
	if (own) return await locateAt(own, name);
	if ('folder' in source) return await locateAt(source.folder, name);
	const { hubModel } = await import('./hub/hub-model.js');
	const found = await hubModel({ id: source.hub, file: source.file, registryName: name, ...options });
	return await locateAt(found, name, source.hub);
}

/** ONNX comes first: what is ready is used. */
async function locateAt(path: string, name?: string, sourceName?: string): Promise<LocatedModel> {
	const hasGraph = statSync(path, { throwIfNoEntry: false })?.isDirectory() && (await findOnnxFile(path)) !== undefined;
	const checkpoint = hasGraph ? undefined : findCheckpoint(path);
	if (checkpoint === undefined) return { kind: 'onnx', files: await modelFilesIn(path, name) };
	const own = basename(resolve(path));
	return { kind: 'checkpoint', path: checkpoint, name: name ?? modelLabel(own), sourceName: sourceName ?? own };
}
