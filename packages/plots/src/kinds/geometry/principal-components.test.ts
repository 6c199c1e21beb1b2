import { gram, type Matrix, timesTransposed } from '@steering/core/erasure';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gaussians } from '../../../test/planted-classes.js';
import { principalComponents } from './principal-components.js';

/** Centred rows whose standard deviations fall from column to column. */
function rowsOf(rows: number, columns: number, seed: number): Matrix {
	const next = gaussians(seed);
	const data = Float64Array.from({ length: rows * columns }, (_, at) => next() / (1 + (at % columns)));
	for (let column = 0; column < columns; column++) {
		let mean = 0;
		for (let row = 0; row < rows; row++) mean += data[row * columns + column]! / rows;
		for (let row = 0; row < rows; row++) data[row * columns + column]! -= mean;
	}
	return { data, rows, columns };
}

const size = fc.integer({ min: 1, max: 30 });

it('finds orthonormal directions of descending variance that account for all of it', () => {
	fc.assert(
		fc.property(size, size, fc.integer(), (rows, columns, seed) => {
			const centred = rowsOf(rows, columns, seed);
			const { directions, scores, explained } = principalComponents(centred, columns);
			expect(explained).toHaveLength(Math.min(rows - 1, columns));
			const products = gram(directions);
			for (let i = 0; i < directions.rows; i++) {
				for (let j = 0; j < directions.rows; j++) {
					expect(products.data[i * directions.rows + j]).toBeCloseTo(i === j ? 1 : 0, 8);
				}
			}
			expect(explained).toEqual([...explained].sort((a, b) => b - a));
			if (explained.length > 0) expect(explained.reduce((sum, share) => sum + share)).toBeCloseTo(1, 10);
			const total = centred.data.reduce((sum, value) => sum + value ** 2, 0);
			explained.forEach((share, k) => {
				let variance = 0;
				for (let row = 0; row < rows; row++) variance += scores.data[row * scores.columns + k]! ** 2;
				expect(variance / total).toBeCloseTo(share, 8);
			});
		}),
	);
});

it('gives the same along rows as along columns', () => {
	// 12 rows twice are 24 rows of the same components: more rows than columns, so the other way is taken.
	const once = rowsOf(12, 16, 3);
	const twice = { data: Float64Array.from([...once.data, ...once.data]), rows: 24, columns: 16 };
	const [a, b] = [principalComponents(once, 2), principalComponents(twice, 2)];
	const cosines = timesTransposed(a.directions, b.directions).data;
	expect(Math.abs(cosines[0]!)).toBeCloseTo(1, 10);
	expect(Math.abs(cosines[3]!)).toBeCloseTo(1, 10);
	a.explained.forEach((share, k) => {
		expect(b.explained[k]).toBeCloseTo(share, 10);
	});
});

it('takes the whole decomposition of large matrices without components that stand out', () => {
	const size = 300;
	const data = new Float64Array(size * size);
	for (let i = 0; i < size; i++) data[i * size + i] = 1 + 1e-7 * i;
	const { directions } = principalComponents({ data, rows: size, columns: size }, 2);
	expect(Math.abs(directions.data[size - 1]!)).toBeCloseTo(1, 6);
	expect(Math.abs(directions.data[2 * size - 2]!)).toBeCloseTo(1, 6);
});

it('gives large matrices the components of the whole decomposition', () => {
	for (const [rows, columns] of [
		[150, 200],
		[200, 150],
	] as const) {
		const centred = rowsOf(rows, columns, 7);
		const [two, all] = [principalComponents(centred, 2), principalComponents(centred, rows)];
		expect(all.explained.length).toBe(Math.min(rows - 1, columns));
		for (const k of [0, 1]) {
			expect(two.explained[k]).toBeCloseTo(all.explained[k]!, 10);
			const own = (from: Matrix) => from.data.subarray(k * columns, (k + 1) * columns);
			const cosine = own(two.directions).reduce((sum, value, i) => sum + value * own(all.directions)[i]!, 0);
			expect(Math.abs(cosine)).toBeCloseTo(1, 8);
		}
	}
});

it('has no directions where nothing varies', () => {
	const { directions, scores, explained } = principalComponents({ data: new Float64Array(12), rows: 3, columns: 4 }, 2);
	expect({ directions: directions.rows, scores: scores.data.length, explained }).toEqual({
		...{ directions: 0, scores: 0, explained: [] },
	});
});
