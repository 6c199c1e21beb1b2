import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChatTokenizer } from '@steering/core/model';
import { describe, expect, it } from 'vitest';
import { letterRow, matchingProbability } from './answer-letters.js';

const shared = fileURLToPath(new URL('../../../../../shared/', import.meta.url));
const organism = fileURLToPath(new URL('../../../organism/model', import.meta.url));
const row = { question: 'Which?\n\nChoices:\n(A) this\n(B) that', matching: '(B)', other: '(A)' };

/** What the tokens after the row would be, as text. */
const written = (tokenizer: ChatTokenizer, ids: readonly number[]) =>
	tokenizer.decode(ids, { skipSpecialTokens: false });

describe('a choice question', () => {
	it('ends at the prompt where (A is one token', async () => {
		const tokenizer = await ChatTokenizer.load(organism);
		const { ids, positions, promptLength, matching, other } = letterRow(row, tokenizer);
		expect(ids).toEqual(tokenizer.encodeChat([{ role: 'user', content: row.question }]));
		expect({ positions, promptLength }).toEqual({ positions: [ids.length - 1], promptLength: ids.length });
		expect([matching, other].map((id) => written(tokenizer, [id]))).toEqual(['(B', '(A']);
	});

	it.skipIf(!existsSync(shared))('ends after the parenthesis where that is a token of its own', async () => {
		const tokenizer = await ChatTokenizer.load(join(shared, 'models/smollm2-135m-int4'));
		const prompt = tokenizer.encodeChat([{ role: 'user', content: row.question }]);
		const { ids, positions, promptLength, matching, other } = letterRow(row, tokenizer);
		expect(ids.slice(0, prompt.length)).toEqual(prompt);
		expect(written(tokenizer, ids.slice(prompt.length))).toBe('(');
		// The parenthesis is the reply's first token: `before` leaves it alone.
		expect({ positions, promptLength }).toEqual({ positions: [ids.length - 1], promptLength: prompt.length });
		expect([matching, other].map((id) => written(tokenizer, [id]))).toEqual(['B', 'A']);
		const c = letterRow({ ...row, matching: '(C)' }, tokenizer);
		expect(written(tokenizer, [c.matching])).toBe('C');
	});

	it('is answered by the share of the matching letter, of the two', () => {
		const letters = { ...{ key: '', ids: [], positions: [] }, matching: 1, other: 2 };
		const logits = Float32Array.of(50, Math.log(3), Math.log(1));
		expect(matchingProbability(logits, letters)).toBeCloseTo(3 / 4, 6);
		expect(matchingProbability(Float32Array.of(0, -1e4, 1e4), letters)).toBe(0);
		expect(matchingProbability(Float32Array.of(0, 2, 2), letters)).toBe(0.5);
	});
});
