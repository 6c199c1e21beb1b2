import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gaussians } from '../../../test/random-problem.js';
import type { Matrix } from './matrix.js';
import { transpose } from './matrix.js';
import { addGram, combineRows, gram, PASS, symmetricTimesTransposed, times, timesTransposed } from './product.js';

const random = (rows: number, columns: number, seed: number): Matrix => {
	return { data: Float64Array.from({ length: rows * columns }, gaussians(seed)), rows, columns };
};

function expected(a: Matrix, b: Matrix): number[] {
	return Array.from({ length: a.rows * b.rows }, (_, at) => {
		const [i, j] = [Math.floor(at / b.rows), at % b.rows];
		let sum = 0;
		for (let k = 0; k < a.columns; k++) sum += a.data[i * a.columns + k]! * b.data[j * b.columns + k]!;
		return sum;
	});
}

function expectClose({ data }: Matrix, values: number[]): void {
	expect(data).toHaveLength(values.length);
	expect(Math.max(0, ...values.map((value, i) => Math.abs(value - data[i]!)))).toBeLessThan(1e-10);
}

const size = fc.integer({ min: 0, max: 13 });
// Longer than one pass at times.
const length = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 500, max: 530 }));

it('every product agrees with its definition, at any size', () => {
	fc.assert(
		fc.property(size, size, length, fc.integer(), (m, n, k, seed) => {
			const a = random(m, k, seed);
			const b = random(n, k, seed + 1);
			expectClose(timesTransposed(a, b), expected(a, b));
			expectClose(times(a, transpose(b)), expected(a, b));
			expectClose(combineRows(a, transpose(b)), expected(a, b));
			expectClose(gram(a), expected(a, a));
			const doubled = { ...a, data: a.data.map((value) => 2 * value) };
			expectClose(symmetricTimesTransposed(doubled, a), expected(doubled, a));
		}),
	);
});

it('a Gram matrix in pieces of one pass is that of all columns, bit for bit', () => {
	const columns = fc.constantFrom(1, PASS - 1, PASS, PASS + 1, 2 * PASS, 2 * PASS + 9);
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 13 }), columns, fc.integer(), (rows, length, seed) => {
			const a = random(rows, length, seed);
			const sum = { data: new Float64Array(rows * rows), rows, columns: rows };
			const whole = transpose(a);
			for (let from = 0; from < length; from += PASS) {
				const data = whole.data.subarray(from * rows, (from + PASS) * rows);
				addGram(sum, transpose({ data, rows: data.length / rows, columns: rows }));
			}
			expect(sum).toStrictEqual(gram(a));
		}),
	);
});
