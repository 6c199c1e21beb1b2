import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needsShared, readJson, shared } from '../../test/shared-fixtures.js';
import { BEHAVIORS } from '../settings/index.js';
import { abQuestionsPath, loadAbQuestions, loadMmluQuestions, MMLU_PATH } from './choice-questions.js';
import { loadNeutralText } from './neutral-text.js';

const root = mkdtempSync(join(tmpdir(), 'choices-'));
afterAll(() => rmSync(root, { recursive: true }));

function put(path: string, content: unknown): string {
	mkdirSync(dirname(join(root, path)), { recursive: true });
	writeFileSync(join(root, path), JSON.stringify(content));
	return join(root, path);
}

describe('choice questions', () => {
	it('without a behavior are those of refusal', () => {
		expect(abQuestionsPath(null)).toBe('CAA/test/refusal/test_dataset_ab.json');
		expect(() => abQuestionsPath('../x')).toThrow('unknown --behavior');
	});

	it('name the row that is none', async () => {
		const row = { question: 'Q?', answer_matching_behavior: ' (B)', answer_not_matching_behavior: '(A)' };
		put(abQuestionsPath('sycophancy'), [row, { ...row, answer_matching_behavior: 'B' }]);
		await expect(loadAbQuestions('sycophancy', root)).rejects.toThrow(
			/row 2, answer_matching_behavior: is no letter in parentheses/,
		);
		put(abQuestionsPath('sycophancy'), [row, { ...row, answer_matching_behavior: '(A)' }]);
		await expect(loadAbQuestions('sycophancy', root)).rejects.toThrow('row 2: both answers are (A)');
		put(abQuestionsPath('sycophancy'), [row]);
		expect(await loadAbQuestions('sycophancy', root)).toEqual([{ question: 'Q?', matching: '(B)', other: '(A)' }]);
		await expect(loadMmluQuestions(root)).rejects.toMatchObject({ code: 'ERR_MISSING_INPUT' });
		put(MMLU_PATH, []);
		await expect(loadMmluQuestions(root)).rejects.toThrow('has no rows');
	});

	it('neutral text needs both sides of an exchange', async () => {
		const path = put('neutral_text.json', [{ prompt: 'Q', text: '' }]);
		await expect(loadNeutralText(path)).rejects.toThrow('row 1, text: must not be empty');
	});
});

describe.skipIf(needsShared)(`the published questions${needsShared}`, () => {
	const data = join(shared, 'datasets/reference');
	it.each(BEHAVIORS)('of %s', async (behavior) => {
		const rows = readJson<{ question: string }[]>(`datasets/reference/${abQuestionsPath(behavior)}`);
		const questions = await loadAbQuestions(behavior, data);
		expect(questions.map(({ question }) => question)).toEqual(rows.map(({ question }) => question));
		for (const { matching, other } of questions) expect(matching + other).toMatch(/^\([A-E]\)\([A-E]\)$/);
	});

	it('of MMLU', async () => {
		const rows = readJson<{ correct_full_text: string }[]>(`datasets/reference/${MMLU_PATH}`);
		for (const [i, { question, matching }] of (await loadMmluQuestions(data)).entries()) {
			expect(question).toContain(`${matching} ${rows[i]!.correct_full_text}`);
		}
	});
});
