import { type LocatedModel, type LocateOptions, locateModel } from './locate-model.js';
import { type ModelFiles, modelFilesIn } from './model-files.js';

export type { GenerationConfig, ModelConfig, ModelFiles } from './model-files.js';

/**
 * The files of a model: of what {@link locateModel} finds, a checkpoint being built into the cache at first use.
 * @throws what locateModel and buildCached throw
 */
export async function resolveModel(model: string, options: LocateOptions = {}): Promise<ModelFiles> {
	const located = await locateModel(model, options);
	return located.kind === 'onnx' ? located.files : await buildAtFirstUse(located, options);
}

async function buildAtFirstUse(
	{ path, name, sourceName }: Extract<LocatedModel, { kind: 'checkpoint' }>,
	{ env, signal, onBuild, onNote }: LocateOptions,
): Promise<ModelFiles> {
	// Imported late: most models are built already, or came as they are.
	const { buildCached } = await import('../build/index.js');
	const onProgress = (done: number, total: number) => onBuild?.(name, done, total);
	const { folder, notes } = await buildCached({ source: path, sourceName, env, signal, onProgress, onWait: onNote });
	for (const note of notes) onNote?.(note);
	return await modelFilesIn(folder, name);
}
