import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '../datasets/text-file.js';
import { SteeringError } from '../errors/index.js';
import { modelLabel } from '../settings/index.js';
import { findOnnxFile } from './onnx-file.js';

const MAX_CONFIG_BYTES = 16 * 1024 * 1024;
const configSchema = z.looseObject({ num_hidden_layers: z.int().min(1).optional() });
/** What Hugging Face's `generate` samples with, where the checkpoint says so. */
const generationConfigSchema = z.looseObject({
	do_sample: z.boolean().nullish(),
	temperature: z.number().nullish(),
	top_k: z.int().min(0).nullish(),
	top_p: z.number().min(0).max(1).nullish(),
});

export type ModelConfig = z.infer<typeof configSchema>;
export type GenerationConfig = z.infer<typeof generationConfigSchema>;

/** A model on disk. Weights may lie in further files: the graph names them. */
export interface ModelFiles {
	/** As it appears in artifact names: the registry name, or the last component of the folder or hub id. */
	readonly name: string;
	/** Where the graph is. */
	readonly folder: string;
	readonly onnxPath: string;
	/** The same file without symlinks: a hub cache is made of links into `blobs/`, which onnxruntime will not follow. */
	readonly onnxRealPath: string;
	/** `folder` or the one above it. */
	readonly tokenizerFolder: string;
	readonly config: ModelConfig | null;
	readonly generationConfig: GenerationConfig | null;
}

/**
 * The files of a model folder, or of one ONNX file in it.
 * @param path a folder (its `genai_config.json`'s decoder, else the first of `ONNX_FILES`), or a path ending in `.onnx`
 * @throws ERR_MISSING_INPUT saying what is not there, ERR_BAD_FILE for a configuration that cannot be read
 */
export async function modelFilesIn(path: string, name = labelOf(path)): Promise<ModelFiles> {
	const onnxPath = await graphAt(resolve(path));
	const folder = dirname(onnxPath);
	const tokenizerFolder = beside('tokenizer.json', folder);
	if (tokenizerFolder === undefined) {
		throw new SteeringError('ERR_MISSING_INPUT', `no tokenizer.json in ${folder} or the folder above it`, {
			hint: "copy it from the model's own repository, with tokenizer_config.json",
		});
	}
	return {
		name,
		folder,
		onnxPath,
		onnxRealPath: realpathSync(onnxPath),
		tokenizerFolder,
		config: await readBeside('config.json', folder, configSchema),
		generationConfig: await readBeside('generation_config.json', folder, generationConfigSchema),
	};
}

async function graphAt(path: string): Promise<string> {
	const info = statSync(path, { throwIfNoEntry: false });
	if (info === undefined) {
		throw new SteeringError('ERR_MISSING_INPUT', `there is no model at ${path}`, { hint: 'check --model' });
	}
	if (info.isFile()) {
		if (path.endsWith('.onnx')) return path;
		throw new SteeringError('ERR_MISSING_INPUT', `${path} is neither an ONNX file nor a GGUF file`, {
			hint: 'give its folder, or a file ending in .onnx or .gguf',
		});
	}
	const file = await findOnnxFile(path);
	if (file !== undefined && existsSync(join(path, file))) return join(path, file);
	const wanted = file ?? 'ONNX file (model.onnx, onnx/model.onnx, or a quantised one), no safetensors and no GGUF file';
	throw new SteeringError('ERR_MISSING_INPUT', `there is no ${wanted} in ${path}`, {
		hint: "give a model's folder, config.json beside its safetensors, or the path of its .onnx or .gguf file",
	});
}

/** The folder, or the one above it (optimum's `onnx/model.onnx` has tokenizer and configuration there), that has `file`. */
function beside(file: string, folder: string): string | undefined {
	return [folder, dirname(folder)].find((place) => existsSync(join(place, file)));
}

async function readBeside<T>(file: string, folder: string, schema: z.ZodType<T>): Promise<T | null> {
	const place = beside(file, folder);
	return place === undefined ? null : await readJsonFile(join(place, file), schema, { maxBytes: MAX_CONFIG_BYTES });
}

/** `.` and `..` are called what they are on disk. */
function labelOf(path: string): string {
	const label = modelLabel(path);
	return label.startsWith('..') || label === '.' ? basename(resolve(path)) : label;
}
