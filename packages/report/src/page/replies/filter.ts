import type { Query } from './query.js';
import type { ReplyColumns } from './reply-columns.js';
import type { Matches } from './text-search.js';

type Test = (row: number) => boolean;

/** The rows of `order` that the query's filters let through; `matches`: of its search, null without one. */
export function filterRows(
	columns: ReplyColumns,
	order: Uint32Array,
	query: Query,
	experiments: readonly string[],
	matches: Matches | null,
): Uint32Array {
	const tests = [...searchTests(columns, matches), ...filterTests(columns, query, experiments)];
	return tests.length === 0 ? order : order.filter((row) => tests.every((test) => test(row)));
}

function searchTests({ prompt, text }: ReplyColumns, matches: Matches | null): Test[] {
	return matches ? [(row) => (matches.prompts[prompt[row]!]! | matches.texts[text[row]!]!) === 1] : [];
}

function filterTests(columns: ReplyColumns, query: Query, experiments: readonly string[]): Test[] {
	const { experiment, mult, label, score } = columns;
	const tests: Test[] = [];
	if (query.experiment !== null) {
		const index = experiments.indexOf(query.experiment);
		tests.push((row) => experiment[row] === index);
	}
	if (query.mult !== null) tests.push((row) => mult[row] === query.mult);
	if (query.label !== null) {
		const index = columns.labels.indexOf(query.label);
		tests.push(query.label === '' ? (row) => label[row]! < 0 : (row) => label[row] === index);
	}
	// Set.has finds NaN, as === does not.
	const scores = new Set(query.scores);
	if (scores.size > 0) tests.push((row) => scores.has(score[row]!));
	const { min, max } = query;
	if (min !== null) tests.push((row) => score[row]! >= min);
	if (max !== null) tests.push((row) => score[row]! <= max);
	if (query.change !== null) tests.push(changeTest(columns, query.change));
	return tests;
}

function changeTest({ unsteered, text, change }: ReplyColumns, wanted: NonNullable<Query['change']>): Test {
	if (wanted === 'up') return (row) => change[row]! > 0;
	if (wanted === 'down') return (row) => change[row]! < 0;
	return (row) => unsteered[row]! >= 0 && (text[row] === text[unsteered[row]!]) === (wanted === 'same');
}
