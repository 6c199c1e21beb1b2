import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { product, relativeError } from '../../test/math-fixtures.js';
import { probeLoss, randomProblem } from '../../test/random-problem.js';
import { CenteredRows } from './centered-rows.js';
import { fitBinaryLeace, fitLeace, LeaceEraser, LeaceFitter, type Rows } from './index.js';
import { fitLeaceMoments, fitLeaceRows } from './leace-fit.js';
import { momentsOf } from './moments.js';

const asMatrix = ({ data, rows, width }: { data: Float64Array; rows: number; width: number }) => ({
	...{ data, rows, columns: width },
});

describe('both forms of a fit are one', () => {
	// Around N = D, on either side, and with rows that span fewer dimensions than there are of either.
	const shapes = fc.record({
		rows: fc.integer({ min: 4, max: 24 }),
		width: fc.integer({ min: 2, max: 24 }),
		span: fc.integer({ min: 1, max: 24 }),
		labelWidth: fc.integer({ min: 1, max: 3 }),
		seed: fc.integer(),
	});

	it.each([
		['leace', { method: 'leace' }],
		['leace without shrinkage', { method: 'leace', shrinkage: false }],
		['orth', { method: 'orth' }],
	] as const)('%s', (_, options) => {
		fc.assert(
			fc.property(shapes, (shape) => {
				const { x, z, labelWidth } = randomProblem(shape);
				const labels = { data: z, rows: x.rows, columns: labelWidth };
				const gram = fitLeaceRows(new CenteredRows(asMatrix(x)), labels, options);
				const dense = fitLeaceMoments(momentsOf([x], labels), options);
				expect(relativeError(gram.eraser.erase(x), dense.eraser.erase(x))).toBeLessThan(1e-7);
				expect(relativeError(gram.crossCovariance, dense.crossCovariance)).toBeLessThan(1e-9);
			}),
		);
	});

	it('pieces that pass the width midway give what all at once does', () => {
		fc.assert(
			fc.property(shapes, fc.integer({ min: 1, max: 9 }), (shape, piece) => {
				const { x, z, labelWidth } = randomProblem({ ...shape, rows: 2 * shape.rows });
				const fitter = new LeaceFitter(x.width, labelWidth);
				for (let from = 0; from < x.rows; from += piece) {
					const rows = Math.min(piece, x.rows - from);
					const data = x.data.subarray(from * x.width, (from + rows) * x.width);
					fitter.update({ data, rows, width: x.width }, z.subarray(from * labelWidth, (from + rows) * labelWidth));
				}
				const whole = fitLeace(x, z).eraser.erase(x);
				expect(relativeError(fitter.fit().eraser.erase(x), whole)).toBeLessThan(1e-7);
			}),
		);
	});
});

describe('theorems', () => {
	const shapes = fc.record({
		rows: fc.integer({ min: 6, max: 20 }).map((half) => 2 * half),
		width: fc.integer({ min: 2, max: 40 }),
		span: fc.constant(40),
		labelWidth: fc.constant(1),
		seed: fc.integer(),
	});
	const classes = (shape: { rows: number; width: number; span: number; labelWidth: number; seed: number }) => {
		const { x } = randomProblem(shape);
		const half = x.rows / 2;
		const positives = { ...x, rows: half, data: x.data.slice(0, half * x.width) };
		const negatives = { ...x, rows: x.rows - half, data: x.data.slice(half * x.width) };
		for (let i = 0; i < positives.data.length; i += x.width) positives.data[i]! += 20;
		return { positives, negatives, width: x.width };
	};

	it.each(['leace', 'orth'] as const)('%s leaves no linear probe anything; before, there was', (method) => {
		fc.assert(
			fc.property(shapes, (shape) => {
				const { positives, negatives } = classes(shape);
				const { eraser } = fitBinaryLeace(positives, negatives, { method });
				const erased = [positives, negatives].map((rows) => ({ ...rows, data: eraser.erase(rows) })) as [Rows, Rows];
				expect(probeLoss(positives, negatives)).toBeLessThan(0.4);
				// Chance: the loss of a constant guess on balanced classes.
				expect(probeLoss(...erased)).toBeGreaterThan(Math.LN2 - 1e-9);
			}),
		);
	});

	it('erasing twice is erasing once, and the mean stays', () => {
		fc.assert(
			fc.property(shapes, fc.constantFrom('leace' as const, 'orth' as const), (shape, method) => {
				const { positives, negatives, width } = classes(shape);
				const { eraser, mean } = fitBinaryLeace(positives, negatives, { method });
				const once = eraser.erase(positives);
				expect(relativeError(eraser.erase({ ...positives, data: once }), once)).toBeLessThan(1e-9);
				const kept = eraser.erase({ data: mean, rows: 1, width });
				expect(relativeError(kept, mean)).toBeLessThan(1e-12);
			}),
		);
	});

	it('orth takes the mean difference of the data away, and nothing orthogonal to it', () => {
		fc.assert(
			fc.property(shapes, fc.boolean(), (shape, affine) => {
				const { positives, negatives, width } = classes(shape);
				const { eraser } = fitBinaryLeace(positives, negatives, { method: 'orth', affine });
				const [high, low] = [meanOf(positives), meanOf(negatives)];
				const difference = high.map((value, i) => value - low[i]!);
				const squared = dot(difference, difference);
				// With affine, about the mean of all; the classes are of one size.
				const center = high.map((value, i) => (affine ? (value + low[i]!) / 2 : 0));
				for (const rows of [positives, negatives]) {
					const expected = rows.data.map((value, at) => {
						const start = at - (at % width);
						const row = rows.data.subarray(start, start + width).map((own, i) => own - center[i]!);
						return value - (dot(row, difference) / squared) * difference[at % width]!;
					});
					expect(relativeError(eraser.erase(rows), expected)).toBeLessThan(1e-9);
				}
				const erased = [positives, negatives].map((rows) => meanOf({ ...rows, data: eraser.erase(rows) }));
				const left = erased[0]!.map((value, i) => value - erased[1]![i]!);
				expect(Math.hypot(...left)).toBeLessThan(1e-9 * Math.hypot(...difference));
			}),
		);
	});

	it('never increases the total variance: the trace constraint of the Python code cannot bind', () => {
		fc.assert(
			fc.property(shapes, fc.boolean(), (shape, shrinkage) => {
				const { positives, negatives, width } = classes(shape);
				const { eraser } = fitBinaryLeace(positives, negatives, { shrinkage });
				const x = { data: Float64Array.of(...positives.data, ...negatives.data), rows: shape.rows, width };
				if (!shrinkage) expect(variance(eraser.erase(x), width)).toBeLessThan(variance(x.data, width) * (1 + 1e-12));
				// projRight projLeft is the identity: an oblique projection, whatever the covariance.
				const once = product(eraser.projRight, eraser.projLeft, width);
				expect(once[0]).toBeCloseTo(1, 8);
			}),
		);
	});
});

it('the map for a graph does the same to a row', () => {
	const { x, z } = randomProblem({ rows: 12, width: 7, span: 7, labelWidth: 2, seed: 5 });
	const { eraser } = fitLeace(x, z);
	const { center, left, right, rank } = eraser.toLowRankMap();
	const moved = product(
		Float64Array.from(x.data, (value, i) => value - center[i % 7]!),
		Float64Array.from(left),
		7,
	);
	const added = product(moved, Float64Array.from(right), rank);
	expect(
		relativeError(
			x.data.map((value, i) => value + added[i]!),
			eraser.erase(x),
		),
	).toBeLessThan(1e-6);
	expect(rank).toBe(2);
	// Columns that erase nothing cost nothing in a graph.
	const projRight = eraser.projRight.map((value, i) => (i < 7 ? 0 : value));
	const second = new LeaceEraser({ ...eraser, projRight }).toLowRankMap();
	expect(second.rank).toBe(1);
	expect(second.left).toEqual(left.filter((_, i) => i % 2 === 1));
	expect(second.right).toEqual(right.slice(7));
	expect(new LeaceEraser({ ...eraser, bias: null }).toLowRankMap().center).toEqual(new Float32Array(7));
});

function dot(a: Float64Array, b: Float64Array): number {
	return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** Of the rows, summed one after the other. */
function meanOf({ data, rows, width }: { data: Float64Array; rows: number; width: number }): Float64Array {
	const mean = new Float64Array(width);
	for (const [at, value] of data.entries()) mean[at % width]! += value / rows;
	return mean;
}

function variance(data: Float64Array, width: number): number {
	const rows = data.length / width;
	let sum = 0;
	for (let j = 0; j < width; j++) {
		const column = Array.from({ length: rows }, (_, i) => data[i * width + j]!);
		const mean = column.reduce((total, value) => total + value, 0) / rows;
		sum += column.reduce((total, value) => total + (value - mean) ** 2, 0);
	}
	return sum;
}
