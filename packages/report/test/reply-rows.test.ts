import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filterRows } from '../src/page/replies/filter.js';
import { EVERYTHING, type Query, SORT_KEYS } from '../src/page/replies/query.js';
import { replyColumns } from '../src/page/replies/reply-columns.js';
import { sortedRows } from '../src/page/replies/sort.js';
import { TextSearch } from '../src/page/replies/text-search.js';
import type { ReportReplies } from '../src/report-data.js';
import { report } from './report-fixture.js';

const { data, replies } = report({ prompts: 8, repeats: 2 });
const names = data.experiments.map(({ name }) => name);
const columns = replyColumns(replies);
const search = new TextSearch(columns);
const all = sortedRows(columns, 'prompt', false);

function found(query: Partial<Query>): number[] {
	const matches = query.search ? search.match(query.search) : null;
	return [...filterRows(columns, all, { ...EVERYTHING, ...query }, names, matches)];
}

const { rows } = replies;
const where = (test: (row: number) => boolean) => rows.text.map((_, row) => row).filter(test);

test('without a filter, every reply', () => {
	expect(found({})).toEqual(where(() => true));
});

test('filters by experiment, multiplier and label, together and alone', () => {
	expect(found({ experiment: names[1]! })).toEqual(where((row) => rows.experiment[row] === 1));
	expect(found({ mult: -2 })).toEqual(where((row) => rows.mult[row] === -2));
	expect(found({ label: 'harmless' })).toEqual(where((row) => rows.label[row] === 1));
	expect(found({ experiment: names[0]!, mult: 2, label: 'harmful' })).toEqual(
		where((row) => rows.experiment[row] === 0 && rows.mult[row] === 2 && rows.label[row] === 0),
	);
	expect(found({ experiment: 'of another report' })).toEqual([]);
});

test('filters by a range and by a set of scores', () => {
	expect(found({ min: 3, max: 5 })).toEqual(where((row) => rows.score[row]! >= 3 && rows.score[row]! <= 5));
	expect(found({ scores: [0, 10] })).toEqual(where((row) => [0, 10].includes(rows.score[row]!)));
});

test('a score that is missing is found as such and is in no range', () => {
	const few = replyColumns(threeReplies([null, 4, 0]));
	const order = sortedRows(few, 'prompt', false);
	expect([...filterRows(few, order, { ...EVERYTHING, scores: [Number.NaN] }, [], null)]).toEqual([0]);
	expect([...filterRows(few, order, { ...EVERYTHING, min: 0 }, [], null)]).toEqual([1, 2]);
	expect([...few.change]).toEqual([Number.NaN, Number.NaN, -4]);
});

test('search: prompt or reply, whatever the case, or a regular expression', () => {
	const has = (row: number, text: string) =>
		`${replies.prompts[rows.prompt[row]!]}\n${replies.texts[rows.text[row]!]}`.toLowerCase().includes(text);
	expect(found({ search: 'QUESTION 3' })).toEqual(where((row) => rows.prompt[row] === 3));
	expect(found({ search: '<Script>' })).toEqual(where((row) => has(row, '<script>')));
	expect(found({ search: '/^question [12]/' })).toEqual(where((row) => [1, 2].includes(rows.prompt[row]!)));
	expect(found({ search: '/question 1/m' })).toEqual([]);
	expect(() => search.match('/(/')).toThrow(SyntaxError);
	fc.assert(
		fc.property(fc.constantFrom(...replies.texts), fc.nat(), fc.nat(12), (text, from, length) => {
			const part = text.substr(from % text.length, length + 2);
			fc.pre(!part.startsWith('/'));
			expect(found({ search: part })).toEqual(where((row) => has(row, part.toLowerCase())));
		}),
	);
});

test('search finds nothing across the border of two texts, and what begins right after one', () => {
	const borders = new TextSearch({ prompts: ['xaa', '', 'ab', 'bc', 'aab'], texts: [] });
	const found = (part: string) => [...borders.match(part).prompts];
	expect(found('aaa')).toEqual([0, 0, 0, 0, 0]);
	expect(found('aab')).toEqual([0, 0, 0, 0, 1]);
	expect(found('ab')).toEqual([0, 0, 1, 0, 1]);
	expect(found('b')).toEqual([0, 0, 1, 1, 1]);
});

test('each reply is compared to the unsteered one of its experiment, prompt and repeat', () => {
	for (let row = 0; row < columns.size; row++) {
		const other = columns.unsteered[row]!;
		if (rows.mult[row] === 0) expect(other).toBe(-1);
		else {
			expect(rows.mult[other]).toBe(0);
			for (const key of ['experiment', 'prompt', 'repeat'] as const) expect(rows[key][other]).toBe(rows[key][row]);
			expect(columns.change[row]).toBe(rows.score[row]! - rows.score[other]!);
		}
	}
	expect(found({ change: 'up' })).toEqual(where((row) => columns.change[row]! > 0));
	expect(found({ change: 'down' })).toEqual(where((row) => columns.change[row]! < 0));
	expect(found({ change: 'text' }).length + found({ change: 'same' }).length).toBe(
		where((r) => rows.mult[r] !== 0).length,
	);
});

test('sorting keeps every row, missing values last either way, ties in prompt order', () => {
	const scores = fc.array(fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }), { minLength: 3, maxLength: 3 });
	fc.assert(
		fc.property(scores, fc.constantFrom(...SORT_KEYS), fc.boolean(), (given, key, descending) => {
			const few = replyColumns(threeReplies(given));
			const sorted = [...sortedRows(few, key, descending)];
			expect([...sorted].sort()).toEqual([0, 1, 2]);
			if (key !== 'score') return;
			const seen = sorted.map((row) => given[row] ?? null);
			const present = seen.filter((score) => score !== null);
			expect(seen.slice(0, present.length)).toEqual(present);
			expect(present).toEqual([...present].sort((a, b) => (descending ? b - a : a - b)));
			for (const [i, row] of sorted.entries())
				if (i > 0 && seen[i] === seen[i - 1]) expect(row).toBeGreaterThan(sorted[i - 1]!);
		}),
	);
});

/** The first has no unsteered reply, the second is the third's. */
function threeReplies(score: (number | null)[]): ReportReplies {
	return {
		prompts: ['p', 'q'],
		texts: ['one', 'three', 'seventeen'],
		labels: [],
		rows: {
			experiment: [0, 0, 0],
			mult: [1, 0, 1],
			prompt: [0, 1, 1],
			repeat: [0, 0, 0],
			label: [-1, -1, -1],
			text: [2, 0, 1],
			score,
		},
	};
}
