import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SteeringError } from '../errors/index.js';

/** What of a folder of Hugging Face's makes the model what it is: weights, configuration, tokenizer, template. */
const PART = /^(.*\.safetensors|.*\.json|.*\.jinja|tokenizer\.model)$/;

/** Of Hugging Face's: those that are read, and pickles, that opening them may say why they are not. */
const WEIGHTS = /\.safetensors$|^(pytorch_model|consolidated).*\.(bin|pth)$/;

/** Whether a file's name is that of weights that a graph can be built from. */
export const isGgufName = (name: string) => /\.gguf$/i.test(name);

/**
 * The checkpoint at a path: a GGUF file itself, a folder of Hugging Face's (config.json and safetensors), or the only GGUF file of
 * a folder. Undefined where there is none.
 * @throws ERR_USAGE for a folder of several GGUF files
 */
export function findCheckpoint(path: string): string | undefined {
	const info = statSync(path, { throwIfNoEntry: false });
	if (info?.isFile()) return isGgufName(path) ? path : undefined;
	if (!info?.isDirectory()) return undefined;
	const names = readdirSync(path);
	if (names.includes('config.json') && names.some((name) => WEIGHTS.test(name))) return path;
	const files = names.filter(isGgufName).sort();
	if (files.length <= 1) return files[0] && join(path, files[0]);
	throw new SteeringError('ERR_USAGE', `${path} has ${files.length} GGUF files`, {
		hint: `name one of them, as ${join(path, files[0]!)}`,
	});
}

/** The files that a checkpoint's fingerprint is taken of, in a fixed order. */
export function checkpointFiles(path: string): string[] {
	if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
	const names = readdirSync(path).filter((name) => PART.test(name));
	return names.sort().map((name) => join(path, name));
}
