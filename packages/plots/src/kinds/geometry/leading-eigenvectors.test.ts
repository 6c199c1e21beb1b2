import { gram, type Matrix, symmetricEigen, timesTransposed } from '@steering/core/erasure';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gaussians } from '../../../test/planted-classes.js';
import { leadingEigenvectors } from './leading-eigenvectors.js';
import { pickedRows } from './row-basis.js';

/** Columns whose standard deviations fall by `ratio` from one to the next, mixed by random rows. */
function decaying(rows: number, columns: number, ratio: number, seed: number): Matrix {
	const next = gaussians(seed);
	return {
		data: Float64Array.from({ length: rows * columns }, (_, at) => next() * ratio ** (at % columns)),
		rows,
		columns,
	};
}

/** X with X X^T = diag(values). */
function ofEigenvalues(values: readonly number[]): Matrix {
	const size = values.length;
	const data = new Float64Array(size * size);
	values.forEach((value, i) => {
		data[i * size + i] = Math.sqrt(value);
	});
	return { data, rows: size, columns: size };
}

const size = fc.integer({ min: 2, max: 60 });

it('finds the eigenvalues and vectors of the whole decomposition', () => {
	fc.assert(
		fc.property(
			size,
			size,
			fc.double({ min: 0.5, max: 1, noNaN: true }),
			fc.integer(),
			(rows, columns, ratio, seed) => {
				const x = decaying(rows, columns, ratio, seed);
				const { values, vectors } = leadingEigenvectors(x, 2)!;
				const all = symmetricEigen(gram(x));
				const [first, second, third = 0] = [...all.values].reverse() as [number, number, number];
				expect(values[0]! / first).toBeCloseTo(1, 10);
				expect(values[1]! / first).toBeCloseTo(second / first, 10);
				expect([...gram(vectors).data]).toEqual([1, 0, 0, 1].map((value) => expect.closeTo(value, 10)));
				for (const [k, gap] of [first - second, Math.min(first - second, second - third)].entries()) {
					const truth = Float64Array.from({ length: rows }, (_, i) => all.vectors.data[i * rows + rows - 1 - k]!);
					const cosine = timesTransposed({ data: truth, rows: 1, columns: rows }, pickedRows(vectors, [k])).data[0]!;
					// An angle is off by the tolerance over the gap.
					if (gap > 1e-3 * first) expect(Math.abs(cosine)).toBeCloseTo(1, 8);
				}
			},
		),
	);
});

it('finds equal eigenvalues', () => {
	const { values, vectors } = leadingEigenvectors(ofEigenvalues([...Array(50).fill(1), 9, 4, 9]), 2)!;
	expect(values).toEqual([expect.closeTo(9, 10), expect.closeTo(9, 10)]);
	for (const row of [0, 1]) {
		const own = pickedRows(vectors, [row]).data;
		expect(own[50]! ** 2 + own[52]! ** 2).toBeCloseTo(1, 10);
	}
});

it('says when eigenvalues lie too close together for the vectors it may use', () => {
	const close = ofEigenvalues(Array.from({ length: 200 }, (_, i) => 1 + 1e-5 * i));
	expect(leadingEigenvectors(close, 2, 40)).toBeUndefined();
	expect(leadingEigenvectors(close, 2, 200)!.values[0]).toBeCloseTo(1 + 199e-5, 10);
});

it('gives the same bits again', () => {
	const x = decaying(80, 90, 0.9, 5);
	expect(leadingEigenvectors(x, 2)).toEqual(leadingEigenvectors(x, 2));
});
