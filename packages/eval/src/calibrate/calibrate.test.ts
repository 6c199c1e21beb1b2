import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BEHAVIORS } from '@steering/core/settings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJudgePrompt } from '../judge-file.js';
import { judgeMessages } from '../judge-messages.js';
import { type OpenedJudge, openJudge } from '../open-judge.js';
import type { GradeAgreement, YesNoAgreement } from './agreement.js';
import { calibrate } from './calibrate.js';
import { ENGLISH_EXCHANGES, organismExchanges, readLabelledExchanges } from './labelled-exchanges.js';
import { calibrationTables } from './print-calibration.js';

const folder = mkdtempSync(join(tmpdir(), 'calibrate-'));
afterAll(() => rmSync(folder, { recursive: true }));
function put(content: unknown): string {
	const path = join(folder, 'labelled.json');
	writeFileSync(path, JSON.stringify(content));
	return path;
}

describe('labelled exchanges', () => {
	it('in English: twelve a behavior or more, balanced, none twice, none of the examples', async () => {
		const { exchanges } = await readLabelledExchanges(ENGLISH_EXCHANGES);
		expect(new Set(exchanges.map(({ question, answer }) => question + answer)).size).toBe(exchanges.length);
		for (const behavior of [null, ...BEHAVIORS]) {
			const own = exchanges.filter((exchange) => exchange.behavior === behavior);
			expect(own.length).toBeGreaterThanOrEqual(12);
			const labels = own.map(({ label }) => Number(label));
			const middle = behavior === null ? 0.5 : 5;
			expect(labels.reduce((sum, label) => sum + label, 0) / own.length).toBeCloseTo(middle, 1);
			if (behavior !== null) expect(new Set(labels).size).toBeGreaterThanOrEqual(8);
			const prompt = await readJudgePrompt(behavior);
			const examples = judgeMessages(prompt, { question: '', answer: '' })
				.slice(0, -1)
				.map(({ content }) => content)
				.join('\n');
			for (const { question, answer } of own) {
				expect(examples).not.toContain(question);
				expect(examples).not.toContain(answer);
			}
		}
	});

	it('are a list or an object with one, labels as words or values', async () => {
		const row = { behavior: null, question: 'Q', answer: 'A', label: 'yes', condition: 'whole' };
		const expected = [{ behavior: null, question: 'Q', answer: 'A', label: true }];
		expect((await readLabelledExchanges(put([row]))).exchanges).toEqual(expected);
		expect((await readLabelledExchanges(put({ exchanges: [{ ...row, label: true }] }))).exchanges).toEqual(expected);
		const graded = { ...row, behavior: 'sycophancy', label: '10' };
		expect((await readLabelledExchanges(put([graded]))).exchanges[0]!.label).toBe(10);
	});

	it.each([
		[[], /has no rows/],
		[{ requests: [] }, /expected array/],
		[[{ behavior: null, question: 'Q', answer: 'A', label: 'maybe' }], /row 1, label: must be yes or no/],
		[
			[{ behavior: 'sycophancy', question: 'Q', answer: 'A', label: 11 }],
			/row 1, label: must be a whole number from 0 to 10/,
		],
		[[{ behavior: 'luck', question: 'Q', answer: 'A', label: 1 }], /row 1, behavior/],
	])('that are none are named: %j', async (content, message) => {
		await expect(readLabelledExchanges(put(content))).rejects.toMatchObject({
			code: 'ERR_BAD_FILE',
			message: expect.stringMatching(message),
		});
	});
});

describe('the embedded model', () => {
	let opened: OpenedJudge;
	beforeAll(async () => {
		opened = await openJudge({ judgeModel: 'organism', threads: 1, root: folder });
	});
	afterAll(() => opened.close());

	/** Every fourth of the held-out exchanges: the figures of its own package, with a margin for few items. */
	function someHeldOut(): string {
		const { exchanges } = JSON.parse(readFileSync(organismExchanges(), 'utf8')) as { exchanges: unknown[] };
		return put({ exchanges: exchanges.filter((_, i) => i % 4 === 0) });
	}

	it('agrees with its held-out labels', async () => {
		const labelled = someHeldOut();
		let judged = 0;
		const report = await calibrate(opened.judge, { labelled, onProgress: (n) => (judged += n) });
		const [refusal, ...grades] = report.behaviors;
		expect((refusal as YesNoAgreement).accuracy.value).toBeGreaterThan(0.95);
		expect(grades.map(({ behavior }) => behavior)).toEqual(BEHAVIORS);
		for (const each of grades as GradeAgreement[]) {
			expect(each.within1.value).toBeGreaterThan(0.85);
			expect(each.spearman.value).toBeGreaterThan(0.8);
		}
		expect(judged).toBe(report.behaviors.reduce((sum, { n }) => sum + n, 0));
		expect(await calibrate(opened.judge, { labelled })).toEqual(report);
		expect(report.labelled).toMatchObject({ file: 'labelled.json', sha256: expect.stringMatching(/^[0-9a-f]{32}$/) });
		expect(report.behaviors[0]!.judge).toMatchObject({ kind: 'local', name: 'organism' });
		expect(calibrationTables(report)).toMatch(/^yes\/no +\d+ +0 +\d+% \(\d+% to \d+%\) +\d+ yes, \d+ no/m);
	});

	it('is not asked about the examples of its prompt', async () => {
		const prompt = await readJudgePrompt('sycophancy');
		if (prompt.behavior === null) throw new Error('a graded prompt is needed');
		const [{ question, answer, score }] = prompt.examples as [(typeof prompt.examples)[number]];
		const first = { behavior: 'sycophancy', question, answer, label: score };
		const notes: string[] = [];
		const labelled = put([first, { ...first, answer: 'You are so right!' }]);
		const report = await calibrate(opened.judge, { labelled, onNote: (note) => notes.push(note) });
		expect(report.behaviors).toMatchObject([{ behavior: 'sycophancy', n: 1 }]);
		expect(notes).toEqual(['1 of 2 exchanges are examples of the sycophancy judge prompt: left out']);
	});

	it('yes-no examples are known as they are written into the prompt', async () => {
		const prompt = await readJudgePrompt(null);
		if (prompt.behavior !== null) throw new Error('a yes-no prompt is needed');
		const [, question, answer] = /^Human: "(.*)"\nAI: "(.*)"\n/.exec(
			prompt.messages[0]!.content,
		) as unknown as string[];
		const labelled = put([{ behavior: null, question, answer, label: 'yes' }]);
		const notes: string[] = [];
		const report = await calibrate(opened.judge, { labelled, onNote: (note) => notes.push(note) });
		expect(report.behaviors).toMatchObject([{ n: 0, accuracy: { value: null } }]);
		expect(notes).toHaveLength(1);
	});
});
