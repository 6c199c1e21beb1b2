import { existsSync } from 'node:fs';
import { SteeringError } from '../errors/index.js';
import { modelLabel } from '../settings/index.js';
import { type ModelFiles, modelFilesIn } from './model-files.js';
import { MODELS, type RegistryModel, registryModel } from './registry.js';

export type { GenerationConfig, ModelConfig, ModelFiles } from './model-files.js';

export interface ResolveOptions {
	readonly env?: NodeJS.ProcessEnv;
	readonly signal?: AbortSignal | undefined;
	/** Called while files come from the hub: bytes so far and in total. */
	readonly onDownload?: (file: string, done: number, total: number) => void;
}

/** `ORG/NAME` on the hub, optionally followed by the path of one ONNX file in it. */
const HUB_ID = /^([\w.-]+\/[\w.-]+)(?:\/([\w./-]+\.onnx))?$/;

/**
 * The files of a model: by registry name, by folder (or a path ending in `.onnx`), or by hub id, downloaded if need be.
 * `STEERING_MODEL_NAME=FOLDER` puts a folder in the place of the registry's NAME.
 * @throws ERR_MISSING_INPUT when there is no such model, with what to do; ERR_NETWORK when the hub cannot be reached
 */
export async function resolveModel(model: string, options: ResolveOptions = {}): Promise<ModelFiles> {
	const known = registryModel(model);
	if (known !== undefined) return await resolveRegistered(model, known, options);
	if (existsSync(model)) return await modelFilesIn(model);
	const [, id, file] = HUB_ID.exec(model) ?? [];
	if (id !== undefined && !/^\.\.?\//.test(model)) return await resolveHub(id, file, modelLabel(model), options);
	throw new SteeringError('ERR_MISSING_INPUT', `there is no model ${model}`, {
		hint: `give a folder with an ONNX file, a hub id ORG/NAME, or one of ${Object.keys(MODELS).join(', ')}`,
	});
}

async function resolveRegistered(
	name: string,
	{ source }: RegistryModel,
	options: ResolveOptions,
): Promise<ModelFiles> {
	const variable = folderVariable(name);
	const folder = (options.env ?? process.env)[variable] || ('folder' in source ? source.folder : undefined);
	if (folder) return await modelFilesIn(folder, name);
	if ('hub' in source) return await resolveHub(source.hub, source.file, name, options);
	const id = 'unbuilt' in source ? source.unbuilt : '';
	throw new SteeringError('ERR_MISSING_INPUT', `${name} (${id}) comes without an ONNX file`, {
		hint: `build it from a GGUF file (pnpm build-model) or export it to ONNX, and give the folder with --model FOLDER, or with ${variable}=FOLDER to keep the name`,
	});
}

/** The environment variable that gives a registry name another folder: `STEERING_MODEL_LLAMA3`. */
export function folderVariable(name: string): string {
	return `STEERING_MODEL_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

async function resolveHub(id: string, file: string | undefined, name: string, options: ResolveOptions) {
	// Imported late: most models are local.
	const { hubModel } = await import('./hub.js');
	return await modelFilesIn(await hubModel({ id, file, ...options }), name);
}
