import { describe, expect, it } from 'vitest';
import { randomProblem } from '../../test/random-problem.js';
import { SteeringError } from '../errors/index.js';
import {
	fitBinaryLeace,
	fitLeace,
	fitLogOdds,
	fitQuadratic,
	fitQuadraticLda,
	LeaceFitter,
	QuadraticFitter,
	type Rows,
} from './index.js';

const { x } = randomProblem({ rows: 6, width: 4, span: 4, labelWidth: 1, seed: 1 });
const named = (rows: Partial<Rows>, name = 'A'): Rows => ({ ...x, ...rows, name });
const withNumber = (value: number) => named({ data: x.data.with(9, value) });
const constant = named({ data: new Float64Array(24).fill(0.1) });

function failure(act: () => unknown): string {
	try {
		act();
	} catch (error) {
		if (!(error instanceof SteeringError)) throw error;
		expect(error.message).not.toContain('\n');
		expect(error.hint).toBeTruthy();
		return `${error.code}: ${error.message}`;
	}
	return 'no error';
}

const halves = [0, 1, 0, 1, 0, 1];

describe('one clear error each', () => {
	it.each<[string, () => unknown, string]>([
		['NaN', () => fitLeace(withNumber(Number.NaN), halves), 'BAD_FILE: A: NaN in row 2'],
		[
			'infinite',
			() => fitBinaryLeace(named({}), withNumber(Number.NEGATIVE_INFINITY)),
			'BAD_FILE: A: -Infinity in row 2',
		],
		[
			'infinite log-odds',
			() => fitLogOdds(named({}), [1, 2, Number.POSITIVE_INFINITY, 3, 4, 5]),
			'BAD_FILE: labels of A: Infinity in row 2',
		],
		[
			'another width',
			() => fitBinaryLeace(named({}), named({ rows: 8, width: 3 }, 'B')),
			'MISMATCH: B: 3 wide, 4 expected',
		],
		[
			'rows beyond their shape',
			() => fitLeace(named({ rows: 5 }), halves.slice(1)),
			'MISMATCH: A: 24 numbers, not 5 x 4',
		],
		[
			'one example in a class',
			() => fitBinaryLeace(named({}), named({ rows: 1, data: x.data.slice(0, 4) }, 'B')),
			'BAD_FILE: B: 1 example, 2 at least',
		],
		[
			'an empty class',
			() => fitBinaryLeace(named({}), named({ rows: 0, data: new Float64Array() }, 'B')),
			'BAD_FILE: B: 0 examples, 2 at least',
		],
		[
			'one label of its kind',
			() => fitLeace(named({}), [0, 1, 0, 0, 0, 0]),
			'BAD_FILE: A, smallest class: 1 example, 2 at least',
		],
		[
			'a one-hot class without examples',
			() =>
				fitLeace(
					named({}),
					halves.flatMap((label) => [label, 1 - label, 0]),
				),
			'BAD_FILE: A, smallest class: 0 examples, 2 at least',
		],
		[
			'labels all the same',
			() => fitLogOdds(named({}), new Float32Array(6).fill(2.5)),
			'BAD_FILE: A: the same label in every row',
		],
		['nothing at all', () => new LeaceFitter(4).fit(), 'BAD_FILE: no activations: 0 examples, 2 at least'],
		['constant activations', () => fitBinaryLeace(constant, constant), 'BAD_FILE: A: the same numbers in every row'],
		['missing labels', () => fitLeace(named({}), [1, 0, 1, 0]), 'MISMATCH: A: 6 rows with 4 labels'],
		['missing log-odds', () => fitLogOdds(named({}), [1, 0, 1, 0]), 'MISMATCH: A: 6 rows with 4 log-odds'],
		[
			'erasing another width',
			() => fitLeace(x, halves).eraser.erase(named({ rows: 8, width: 3 })),
			'MISMATCH: A: 3 wide, 4 expected',
		],
		[
			'quad: one class constant',
			() => fitQuadratic(named({}), { ...constant, name: 'B' }),
			'BAD_FILE: B: the same numbers in every row',
		],
		[
			'quadlda: one class constant',
			() => fitQuadraticLda({ ...constant, name: 'B' }, named({})),
			'BAD_FILE: B: the same numbers in every row',
		],
		['quad: NaN', () => fitQuadratic(withNumber(Number.NaN), named({}, 'B')), 'BAD_FILE: A: NaN in row 2'],
		[
			'quadlda: one example in a class',
			() => fitQuadraticLda(named({}), named({ rows: 1, data: x.data.slice(0, 4) }, 'B')),
			'BAD_FILE: B: 1 example, 2 at least',
		],
		[
			'quad: another width',
			() => fitQuadratic(named({}), named({ rows: 8, width: 3 }, 'B')),
			'MISMATCH: B: 3 wide, 4 expected',
		],
		[
			'a class that never came',
			() => new QuadraticFitter(4, 2).update(named({}), 0).fit(),
			'BAD_FILE: class 1: 0 examples, 2 at least',
		],
		[
			'moving another width',
			() => fitQuadratic(x, named({})).transport(named({ rows: 8, width: 3 }), 2, 0),
			'MISMATCH: A: 3 wide, 4 expected',
		],
	])('%s', (_, act, message) => {
		expect(failure(act)).toBe(`ERR_${message}`);
	});
});

describe('one class that never varies', () => {
	// LEACE and orth need variation of all rows together only: the two means differ, and that is what is erased.
	it.each(['leace', 'orth'] as const)('is nothing wrong for %s', (method) => {
		const flat = { ...constant, name: 'B' };
		const { eraser } = fitBinaryLeace(named({}), flat, { method });
		const means = [named({}), flat].map((rows) => {
			const erased = eraser.erase(rows);
			return Array.from({ length: 4 }, (_, column) => erased.filter((_, i) => i % 4 === column)).map(
				(values) => values.reduce((sum, value) => sum + value, 0) / 6,
			);
		});
		for (const [i, value] of means[0]!.entries()) expect(value).toBeCloseTo(means[1]![i]!, 9);
	});
});
