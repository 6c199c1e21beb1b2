import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gguf, type Value } from '../../test/gguf-writer.js';
import type { Message } from '../datasets/message.js';
import { parseGgufHeader } from '../interchange/gguf-header.js';
import { ChatTokenizer } from '../model/index.js';
import { GgufMetadata } from './gguf/gguf-metadata.js';
import { ggufTokenizer } from './gguf/gguf-tokenizer.js';
import { hfCompanions } from './huggingface/hf-companions.js';
import { sentencePieceSource } from './sentencepiece-model.js';
import { tokenizerConfig, tokenizerJson } from './tokenizer-json.js';
import type { SentencePieceSource, TokenizerSource } from './tokenizer-source.js';

// Models trained with sentencepiece, and what transformers makes of them: see make-fixture.py there.
const fixtures = fileURLToPath(new URL('../../test/sentencepiece/', import.meta.url));
const bytesOf = (file: string) => readFileSync(join(fixtures, file));
const read = (file: string) => bytesOf(file).toString();

interface Case {
	text: string;
	ids: number[];
	decoded: string;
}

/** What llama.cpp's conversion writes of a tokenizer. */
function ggufKeys(source: SentencePieceSource): Record<string, Value> {
	const kinds = source.tokens.map((token, id) => {
		if (id === source.unknown) return 2;
		const added = source.added.find((each) => each.id === id);
		if (added) return added.special ? 3 : 4;
		return /^<0x..>$/.test(token) ? 6 : 1;
	});
	const { bos = 0, eos = 0, unknown = 0 } = source;
	return {
		'tokenizer.ggml.model': { string: 'llama' },
		'tokenizer.ggml.tokens': { strings: source.tokens },
		'tokenizer.ggml.scores': { float32s: source.scores },
		'tokenizer.ggml.token_type': { int32s: kinds },
		'tokenizer.ggml.bos_token_id': { uint32: bos },
		'tokenizer.ggml.eos_token_id': { uint32: eos },
		'tokenizer.ggml.unknown_token_id': { uint32: unknown },
		...(source.padding === undefined ? {} : { 'tokenizer.ggml.padding_token_id': { uint32: source.padding } }),
		...(source.addsSpacePrefix ? {} : { 'tokenizer.ggml.add_space_prefix': { bool: false } }),
		...(source.chatTemplate ? { 'tokenizer.chat_template': { string: source.chatTemplate } } : {}),
	};
}

const fromGguf = (keys: Record<string, Value>) =>
	ggufTokenizer(new GgufMetadata(parseGgufHeader(gguf(keys, {})).values));

describe.each(['llama', 'gemma'])("a SentencePiece tokenizer such as %s's", (name) => {
	const folder = mkdtempSync(join(tmpdir(), 'sentencepiece-'));
	const source = sentencePieceSource(bytesOf(`${name}.model`), read('llama-2.jinja'));
	const cases: Case[] = JSON.parse(read(`${name}.json`));
	let tokenizer: ChatTokenizer;
	beforeAll(async () => {
		writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerJson(source)));
		writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizerConfig(source, 2048)));
		tokenizer = await ChatTokenizer.load(folder);
	});
	afterAll(() => rmSync(folder, { recursive: true }));

	it.each(cases)("has transformers' ids of $text", ({ text, ids, decoded }) => {
		expect(tokenizer.encode(text)).toEqual(ids);
		expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe(decoded);
	});

	it('gives back any text', () => {
		const words = fc.constantFrom(...cases.map(({ text }) => text).filter((text) => !/[<▁]/.test(text)));
		const text = fc.oneof(
			fc.string({ unit: 'grapheme' }),
			fc.array(words, { maxLength: 4 }).map((parts) => parts.join('')),
		);
		fc.assert(
			fc.property(
				text.filter((each) => !each.includes('▁')),
				(each) => {
					expect(tokenizer.decode(tokenizer.encode(each), { skipSpecialTokens: false })).toBe(each);
				},
			),
			{ numRuns: 300 },
		);
	});

	it('knows the bytes that each token writes', () => {
		const texts = tokenizer.tokenTexts();
		for (const { text, ids } of cases.filter(({ text }) => !/[▁<]/.test(text))) {
			const written = Buffer.concat(ids.map((id) => texts[id]!.bytes)).toString();
			expect(written).toBe(source.addsSpacePrefix && text !== '' ? ` ${text}` : text);
		}
	});

	it('is converted where a folder of Hugging Face has tokenizer.model alone', async () => {
		const place = mkdtempSync(join(tmpdir(), 'model-alone-'));
		writeFileSync(join(place, 'tokenizer.model'), bytesOf(`${name}.model`));
		writeFileSync(join(place, 'config.json'), '{"max_position_embeddings":4096}');
		const text = async (file: string) => JSON.parse(new TextDecoder().decode((await hfCompanions(place)).get(file)));
		expect(await text('tokenizer.json')).toEqual(tokenizerJson(source));
		expect(await text('tokenizer_config.json')).toMatchObject({ model_max_length: 4096 });
		writeFileSync(join(place, 'tokenizer_config.json'), '{"chat_template":"own"}');
		expect(await text('tokenizer_config.json')).toEqual({ chat_template: 'own' });
		writeFileSync(join(place, 'added_tokens.json'), '{"<extra>":900}');
		await expect(hfCompanions(place)).rejects.toMatchObject({
			...{ code: 'ERR_NOT_OFFERED', message: expect.stringContaining('added_tokens.json has <extra>') },
		});
		rmSync(join(place, 'tokenizer.model'));
		await expect(hfCompanions(place)).rejects.toMatchObject({ code: 'ERR_MISSING_INPUT' });
		rmSync(place, { recursive: true });
	});

	it('is the same from the metadata of a GGUF file', () => {
		const carried = fromGguf(ggufKeys(source));
		const rounded = { ...source, scores: source.scores.map(Math.fround) };
		expect(carried).toEqual({ ...rounded, endOfTurn: [] } satisfies TokenizerSource);
		expect(tokenizerJson(carried)).toEqual(tokenizerJson(source));
	});
});

describe("Llama 2's chat template", () => {
	it("writes transformers' text and token ids", async () => {
		const folder = mkdtempSync(join(tmpdir(), 'llama-2-'));
		const source = fromGguf(ggufKeys(sentencePieceSource(bytesOf('llama.model'), read('llama-2.jinja'))));
		writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerJson(source)));
		writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizerConfig(source, 2048)));
		const tokenizer = await ChatTokenizer.load(folder);
		const chats: { messages: Message[]; rendered: string; ids: number[] }[] = JSON.parse(read('llama-2-chats.json'));
		for (const { messages, rendered, ids } of chats) {
			expect(tokenizer.renderChat(messages)).toBe(rendered);
			expect(tokenizer.encode(rendered)).toEqual(ids);
			if (messages.at(-1)?.role === 'user') expect(tokenizer.encodeChat(messages)).toEqual(ids);
		}
		expect(tokenizer.stopIds).toEqual([2]);
		expect(tokenizer.encodeText('Hi')[0]).toBe(1);
		rmSync(folder, { recursive: true });
	});
});

describe('a tokenizer.model file', () => {
	it('cut or mutated ends in an error or a tokenizer, never otherwise', () => {
		const sound = bytesOf('llama.model');
		expect(() => sentencePieceSource(new Uint8Array(), undefined)).toThrow('it has no pieces');
		const mutation = fc.tuple(fc.nat(sound.length - 1), fc.nat(255), fc.nat(sound.length - 1));
		fc.assert(
			fc.property(mutation, ([at, value, length]) => {
				const bytes = Uint8Array.from(sound.subarray(0, Math.max(length, 1)));
				bytes[at % bytes.length] = value;
				try {
					expect(sentencePieceSource(bytes, undefined).tokens.length).toBeGreaterThan(0);
				} catch (error) {
					expect(error).toBeInstanceOf(Error);
					expect((error as Error).name).not.toBe('AssertionError');
				}
			}),
			{ numRuns: 300 },
		);
	});
});
