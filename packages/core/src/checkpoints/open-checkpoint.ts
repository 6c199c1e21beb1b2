import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../artifacts/read-json.js';
import { SteeringError } from '../errors/index.js';
import type { Checkpoint } from './checkpoint.js';
import { openGguf } from './gguf/gguf-checkpoint.js';
import { openHuggingFace } from './huggingface/hf-checkpoint.js';

const hint = 'give a GGUF file, or a folder of Hugging Face with config.json and safetensors';

/**
 * Opens what lies at `source`: a GGUF file, a folder with one, or a Hugging Face folder.
 * @throws SteeringError ERR_MISSING_INPUT, ERR_BAD_FILE, ERR_NOT_OFFERED, ERR_USAGE where several files could be meant
 */
export async function openCheckpoint(source: string): Promise<Checkpoint> {
	const info = await stat(source).catch((cause) => {
		throw fileError(source, cause, hint);
	});
	if (!info.isDirectory()) return openFile(source);
	const names = (await readdir(source)).sort();
	const files = names.filter((name) => name.endsWith('.gguf'));
	if (names.some(isWeights) || (files.length === 0 && names.includes('config.json'))) {
		return openFolder(source, names);
	}
	if (files.length === 1) return openGguf(join(source, files[0]!));
	if (files.length > 1) {
		throw new SteeringError('ERR_USAGE', `${source} has ${files.length} GGUF files`, {
			hint: `name one, as ${join(source, files[0]!)}`,
		});
	}
	throw new SteeringError('ERR_MISSING_INPUT', `${source} has neither config.json nor a GGUF file`, { hint });
}

function openFile(path: string): Promise<Checkpoint> {
	if (!/\.(safetensors|bin|pth?|onnx|json)$/.test(path)) return openGguf(path);
	throw new SteeringError('ERR_NOT_OFFERED', `${path} alone is no model that can be built`, { hint });
}

function openFolder(folder: string, names: readonly string[]): Promise<Checkpoint> {
	const pickled = names.find((name) => /^(pytorch_model|consolidated).*\.(bin|pth)$/.test(name));
	if (pickled === undefined || names.some(isWeights)) return openHuggingFace(folder);
	throw new SteeringError('ERR_NOT_OFFERED', `${join(folder, pickled)} is a pickle, which may run code`, {
		hint: 'take the edition of the model in safetensors',
	});
}

/** Other safetensors may lie there: adapters, embeddings. */
function isWeights(name: string): boolean {
	return /^model.*\.safetensors(\.index\.json)?$/.test(name);
}
