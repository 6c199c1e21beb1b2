import { join } from 'node:path';
import { filesIn } from './places.js';

/** Names of a model's checks, from the files of its part alone: what is not asked for need not be built. */
export function checkNames(folder: string, model: string): string[] {
	const acts = filesIn(join(folder, 'acts'), '.json').map((name) => `${model} acts ${name}`);
	const apply = filesIn(join(folder, 'apply'), '.safetensors').map((name) => `${model} apply ${name}`);
	return [`${model} token ids`, `${model} apply prompts`, ...acts, ...apply];
}
