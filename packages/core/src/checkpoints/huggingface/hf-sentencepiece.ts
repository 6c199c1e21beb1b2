import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SteeringError } from '../../errors/index.js';
import { quoted, readBounded } from '../../interchange/read-bounded.js';
import { checkpointError, Unsupported } from '../checkpoint-error.js';
import { sentencePieceSource } from '../sentencepiece-model.js';
import { tokenizerConfig, tokenizerJson } from '../tokenizer-json.js';

const MODEL = 'tokenizer.model';
/** Gemma's, with 262k pieces, takes 5 MB. */
const MAX_MODEL_BYTES = 64 * 1024 * 1024;

const addedSchema = z.record(z.string(), z.int());
const configSchema = z.looseObject({ max_position_embeddings: z.int().min(1).default(2048) });

/**
 * `tokenizer.json` and `tokenizer_config.json` of a folder that has SentencePiece's `tokenizer.model` instead. `files` are the
 * folder's others.
 * @throws SteeringError ERR_MISSING_INPUT without it, ERR_BAD_FILE, ERR_NOT_OFFERED for another kind than BPE or further tokens
 */
export async function convertedTokenizer(
	folder: string,
	files: ReadonlyMap<string, Uint8Array>,
): Promise<Record<'tokenizer.json' | 'tokenizer_config.json', Uint8Array>> {
	const path = join(folder, MODEL);
	if (!existsSync(path)) {
		throw new SteeringError('ERR_MISSING_INPUT', `there is no tokenizer.json in ${folder}, and no ${MODEL}`, {
			hint: "copy it from the model's own repository",
		});
	}
	const bytes = await readBounded(path, 'a SentencePiece model', MAX_MODEL_BYTES);
	const json = (name: string) => JSON.parse(new TextDecoder().decode(files.get(name) ?? Buffer.from('{}')));
	const encoded = (value: object) => new TextEncoder().encode(JSON.stringify(value, undefined, 2));
	try {
		const source = sentencePieceSource(bytes, undefined);
		const pieces = new Set(source.tokens);
		const further = Object.keys(addedSchema.parse(json('added_tokens.json'))).find((token) => !pieces.has(token));
		if (further !== undefined) {
			throw new Unsupported(`added_tokens.json has ${quoted(further)}, which is not in it: tokenizer.json is needed`);
		}
		const positions = configSchema.parse(json('config.json')).max_position_embeddings;
		return {
			'tokenizer.json': encoded(tokenizerJson(source)),
			'tokenizer_config.json': encoded(tokenizerConfig(source, positions)),
		};
	} catch (cause) {
		throw checkpointError(path, 'a SentencePiece model', cause);
	}
}
