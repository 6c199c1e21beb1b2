import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needsShared, readJson, shared } from '../../test/shared-fixtures.js';
import { ChatTokenizer } from '../model/index.js';
import { tokenizerConfig, tokenizerJson } from './tokenizer-json.js';
import type { ByteLevelSource } from './tokenizer-source.js';

interface OwnTokenizer {
	added_tokens: { id: number; content: string }[];
	model: { vocab: Record<string, number>; merges: (string | [string, string])[] };
}

/** What a GGUF file would carry of a tokenizer that is there as tokenizer.json. */
function sourceOf(folder: string, preTokenizer: string): ByteLevelSource {
	const { added_tokens, model } = readJson<OwnTokenizer>(join(folder, 'tokenizer.json'));
	const config = readJson<Record<string, string>>(join(folder, 'tokenizer_config.json'));
	const ids = new Map([...Object.entries(model.vocab), ...added_tokens.map((t) => [t.content, t.id] as const)]);
	const id = (token: string | undefined) => (token === undefined ? undefined : ids.get(token));
	return {
		preTokenizer,
		tokens: [...ids].sort(([, a], [, b]) => a - b).map(([token]) => token),
		added: added_tokens.map(({ id }) => ({ id, special: true })),
		merges: model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))),
		...{ bos: id(config.bos_token), eos: id(config.eos_token), unknown: id(config.unk_token) },
		...{ padding: id(config.pad_token), endOfTurn: [], addsBos: false, chatTemplate: config.chat_template },
	};
}

const words = [
	"I'd",
	"it's 2024",
	'\n\n',
	'\t',
	'  ',
	'naïve',
	'Ünï',
	'日本語',
	'🙂👍',
	'1234567',
	'x=y;',
	'...',
	"'S",
	'can’t',
	'\r\n',
	'९८',
];
const text = fc.oneof(
	fc.string({ unit: 'grapheme', maxLength: 40 }),
	fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 })), { maxLength: 12 }).map((w) => w.join(' ')),
);

describe.skipIf(needsShared)(`tokenizer.json${needsShared}`, () => {
	describe.each([
		['smollm', 'models/smollm2-135m-int4', '<|im_start|>user\nHi 12<|im_end|>'],
		['llama-bpe', 'fixtures/tiny/model', '<|start_header_id|>user<|end_header_id|>\n\nHi 1234<|eot_id|>'],
	])('of a source with the rule %s', (preTokenizer, folder, chat) => {
		const built = mkdtempSync(join(tmpdir(), 'tokenizer-'));
		const own = join(shared, folder);
		let pair: [ChatTokenizer, ChatTokenizer];
		beforeAll(async () => {
			const source = sourceOf(folder, preTokenizer);
			writeFileSync(join(built, 'tokenizer.json'), JSON.stringify(tokenizerJson(source)));
			writeFileSync(join(built, 'tokenizer_config.json'), JSON.stringify(tokenizerConfig(source, 2048)));
			pair = [await ChatTokenizer.load(built), await ChatTokenizer.load(own)];
		});
		afterAll(() => rmSync(built, { recursive: true }));

		it("encodes and decodes as the model's own", () => {
			const [mine, theirs] = pair;
			fc.assert(
				fc.property(text, (each) => {
					const ids = mine.encode(each);
					expect(ids).toEqual(theirs.encode(each));
					expect(mine.decode(ids)).toBe(theirs.decode(ids));
				}),
				{ numRuns: 300 },
			);
			expect(mine.encode(chat)).toEqual(theirs.encode(chat));
			expect(mine.encode(chat).length).toBeGreaterThan(4);
		});

		it('has its special tokens and chat template', () => {
			const [mine, theirs] = pair;
			const messages = [{ role: 'user', content: 'Name 3 birds.' } as const];
			expect(mine.encodeChat(messages)).toEqual(theirs.encodeChat(messages));
			expect(theirs.stopIds).toEqual(expect.arrayContaining([...mine.stopIds]));
		});
	});
});

describe('tokenizerJson', () => {
	const source: ByteLevelSource = {
		...{ preTokenizer: 'gpt-2', tokens: ['a', 'b', 'ab', '<s>'], merges: ['a b'], added: [{ id: 3, special: true }] },
		...{ bos: 3, eos: undefined, unknown: undefined, padding: undefined, endOfTurn: [] },
		...{ addsBos: true, chatTemplate: undefined },
	};

	it('puts the first token before a text where the model expects it', () => {
		expect(tokenizerJson(source)).toMatchObject({
			post_processor: { single: [{ SpecialToken: { id: '<s>' } }, {}], special_tokens: { '<s>': { ids: [3] } } },
		});
		expect(tokenizerJson({ ...source, addsBos: false })).toMatchObject({ post_processor: null });
	});

	it('refuses rules it does not know, and merges and tokens that make no sense', () => {
		const unknown = { code: 'ERR_NOT_OFFERED', hint: expect.stringMatching(/^the rules known are gpt-2, smollm, /) };
		expect(() => tokenizerJson({ ...source, preTokenizer: 'viking' })).toThrow(expect.objectContaining(unknown));
		expect(() => tokenizerJson({ ...source, merges: ['b a'] })).toThrow('"b a" is no merge of two of its tokens');
		expect(() => tokenizerJson({ ...source, merges: ['ab'] })).toThrow('ab is no merge');
		expect(() => tokenizerJson({ ...source, tokens: ['a', 'b', 'a', '<s>'] })).toThrow('token a occurs twice');
	});
});
