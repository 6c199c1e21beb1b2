import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHANGES, EVERYTHING, type Query, SORT_KEYS } from '../src/page/replies/query.js';
import { fromHash, toHash } from '../src/page/replies/query-hash.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const query: fc.Arbitrary<Query> = fc.record({
	search: fc.string({ unit: 'grapheme' }),
	experiment: maybe(fc.string()),
	mult: maybe(finite),
	label: maybe(fc.string()),
	scores: fc.array(fc.oneof(finite, fc.constant(Number.NaN))),
	min: maybe(finite),
	max: maybe(finite),
	change: maybe(fc.constantFrom(...CHANGES)),
	sort: fc.constantFrom(...SORT_KEYS),
	descending: fc.boolean(),
});

test('an address gives back the query that made it', () => {
	fc.assert(
		fc.property(query, (made) => {
			expect(fromHash(toHash(made))).toEqual(made);
		}),
	);
});

test('an address says what is filtered', () => {
	expect(toHash(EVERYTHING)).toBe('#');
	expect(toHash({ ...EVERYTHING, experiment: 'Mx_L2', mult: -1.5, scores: [0, Number.NaN], sort: 'score' })).toBe(
		'#experiment=Mx_L2&mult=-1.5&scores=0%2Cnone&sort=score',
	);
});

test('what cannot be read in an address is left out', () => {
	expect(fromHash('#mult=two&scores=1,x,none&min=&sort=colour&change=no&order=up')).toEqual({
		...EVERYTHING,
		scores: [1, Number.NaN],
	});
});
