import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseFile, readBounded } from '../../interchange/read-bounded.js';
import { convertedTokenizer } from './hf-sentencepiece.js';

/** The largest vocabularies in use (Gemma's 262k entries) take 33 MB. */
const MAX_TOKENIZER_BYTES = 128 * 1024 * 1024;
/** Configurations and templates are a few kilobytes; added tokens listed in them can make it hundreds. */
export const MAX_CONFIG_BYTES = 16 * 1024 * 1024;

const TOKENIZER = 'tokenizer.json';
/** Taken as they are, where they are there. */
const OTHERS = [
	...['config.json', 'generation_config.json', 'tokenizer_config.json', 'special_tokens_map.json'],
	...['added_tokens.json', 'chat_template.json', 'chat_template.jinja'],
];

/**
 * Without tokenizer.json, SentencePiece's tokenizer.model is converted.
 * @throws SteeringError ERR_MISSING_INPUT without either, ERR_BAD_FILE for what is no JSON or no such tokenizer, ERR_NOT_OFFERED
 */
export async function hfCompanions(folder: string): Promise<Map<string, Uint8Array>> {
	const files = new Map<string, Uint8Array>();
	for (const name of OTHERS) {
		if (existsSync(join(folder, name))) files.set(name, await companion(folder, name, MAX_CONFIG_BYTES));
	}
	const isThere = existsSync(join(folder, TOKENIZER));
	if (isThere) return files.set(TOKENIZER, await companion(folder, TOKENIZER, MAX_TOKENIZER_BYTES));
	const converted = await convertedTokenizer(folder, files);
	return new Map([...Object.entries(converted), ...files]);
}

async function companion(folder: string, name: string, maxBytes: number): Promise<Uint8Array> {
	const path = join(folder, name);
	const kind = name.endsWith('.json') ? 'a JSON object' : 'text';
	const bytes = await readBounded(path, kind, maxBytes);
	parseFile(path, kind, () => {
		const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
		if (name.endsWith('.json') && !isObject(JSON.parse(text))) throw new Error('it holds something else');
	});
	return bytes;
}

function isObject(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether any of the three places of a chat template has one. */
export function hasChatTemplate(files: ReadonlyMap<string, Uint8Array>): boolean {
	if (files.has('chat_template.jinja') || files.has('chat_template.json')) return true;
	const config = files.get('tokenizer_config.json');
	return config !== undefined && 'chat_template' in JSON.parse(new TextDecoder().decode(config));
}
