import { z } from 'zod';
import type { TokenizerFiles } from './tokenizer-files.js';

/** What a token writes. */
export interface TokenText {
	/** UTF-8, perhaps only a part of a character. */
	bytes: Uint8Array;
	/** Markers such as the end of a turn: they are no text of the reply. */
	special: boolean;
}

const modelSchema = z.looseObject({
	vocab: z.union([z.record(z.string(), z.int()), z.array(z.tuple([z.string(), z.number()]))]).default({}),
});

/** Each token's bytes by its id; a hole where the vocabulary has none. */
export function tokenTexts({ tokenizer }: TokenizerFiles): (TokenText | undefined)[] {
	const { vocab } = modelSchema.parse(tokenizer.model);
	const pairs = Array.isArray(vocab)
		? vocab.map(([token], id) => [token, id] as const)
		: Object.entries(vocab).map(([token, id]) => [token, id] as const);
	const byteLevel = JSON.stringify(tokenizer.decoder ?? null).includes('"ByteLevel"');
	const texts: (TokenText | undefined)[] = [];
	for (const [token, id] of pairs) {
		texts[id] = { bytes: byteLevel ? byteLevelBytes(token) : sentencePieceBytes(token), special: false };
	}
	for (const { id, content, special } of tokenizer.added_tokens) {
		// Gemma's runs of spaces are added tokens, too.
		const isPiece = special === false && !byteLevel;
		texts[id] = { bytes: isPiece ? sentencePieceBytes(content) : Buffer.from(content), special: special !== false };
	}
	return texts;
}

/** GPT-2's alphabet: printable Latin-1 stands for itself, the other bytes for the characters from U+0100 on. */
const BYTE_OF_CHARACTER = new Map<string, number>();
for (let byte = 0, moved = 0; byte < 256; byte++) {
	const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
	BYTE_OF_CHARACTER.set(String.fromCodePoint(printable ? byte : 256 + moved++), byte);
}

function byteLevelBytes(token: string): Uint8Array {
	const bytes = Array.from(token, (character) => BYTE_OF_CHARACTER.get(character));
	return bytes.includes(undefined) ? Buffer.from(token) : Uint8Array.from(bytes as number[]);
}

function sentencePieceBytes(token: string): Uint8Array {
	const [, byte] = /^<0x([0-9A-F]{2})>$/.exec(token) ?? [];
	return byte === undefined ? Buffer.from(token.replaceAll('▁', ' ')) : Uint8Array.of(Number.parseInt(byte, 16));
}
