import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EndOfBytes } from '../interchange/byte-reader.js';
import { parseGgufHeader } from '../interchange/gguf-header.js';

const textSchema = z.looseObject({ num_hidden_layers: z.int().min(1) });
/** Of models that read images, too, the language model's is inside. */
const configSchema = z.union([textSchema, z.looseObject({ text_config: textSchema }).transform((c) => c.text_config)]);
const layersSchema = z.int().min(1);
/** Headers hold the tokenizer: 2 MB with 49,152 tokens, 10 MB with 262,144; none is read beyond the larger. */
const FIRST_READ_BYTES = 1 << 22;
const MAX_HEADER_BYTES = 1 << 27;

/** The number of layers that a folder's config.json or a GGUF file's header tells; undefined where neither does. */
export function layerCount(path: string): number | undefined {
	try {
		if (/\.gguf$/i.test(path)) return layersOfGguf(path);
		const config = join(path, 'config.json');
		return existsSync(config)
			? configSchema.parse(JSON.parse(readFileSync(config, 'utf8'))).num_hidden_layers
			: undefined;
	} catch {
		// Whoever opens the model says what is wrong with it.
		return undefined;
	}
}

function layersOfGguf(path: string): number {
	const file = openSync(path, 'r');
	try {
		const { size } = fstatSync(file);
		for (let length = FIRST_READ_BYTES; ; length *= 4) {
			const bytes = new Uint8Array(Math.min(length, size, MAX_HEADER_BYTES));
			readSync(file, bytes, 0, bytes.length, 0);
			try {
				const { values } = parseGgufHeader(bytes);
				return layersSchema.parse(values.get(`${values.get('general.architecture')}.block_count`));
			} catch (error) {
				if (!(error instanceof EndOfBytes) || length >= size || length >= MAX_HEADER_BYTES) throw error;
			}
		}
	} finally {
		closeSync(file);
	}
}
