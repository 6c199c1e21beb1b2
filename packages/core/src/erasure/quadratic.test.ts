import { describe, expect, it } from 'vitest';
import { gaussians } from '../../test/random-problem.js';
import { fitQuadratic, fitQuadraticLda, QUADRATIC_CLASSES, QuadraticFitter, type Rows } from './index.js';

/** Correlated rows about a mean, each class with its own mixing. */
function classRows(rows: number, width: number, seed: number): Rows & { data: Float64Array } {
	const next = gaussians(seed);
	const mean = Float64Array.from({ length: width }, next);
	const mixing = Float64Array.from({ length: width * width }, next);
	const data = new Float64Array(rows * width);
	for (let row = 0; row < rows; row++) {
		const hidden = Float64Array.from({ length: width }, next);
		for (let i = 0; i < width; i++) {
			let value = mean[i]!;
			for (let j = 0; j < width; j++) value += mixing[i * width + j]! * hidden[j]!;
			data[row * width + i] = value;
		}
	}
	return { data, rows, width };
}

function meanOf({ data, rows, width }: Rows): Float64Array {
	const mean = new Float64Array(width);
	for (const [at, value] of data.entries()) mean[at % width]! += value / rows;
	return mean;
}

/** Unbiased. */
function covarianceOf(x: Rows): Float64Array {
	const { data, rows, width } = x;
	const mean = meanOf(x);
	const covariance = new Float64Array(width * width);
	for (let row = 0; row < rows; row++) {
		for (let i = 0; i < width; i++) {
			const left = data[row * width + i]! - mean[i]!;
			for (let j = 0; j < width; j++)
				covariance[i * width + j]! += (left * (data[row * width + j]! - mean[j]!)) / (rows - 1);
		}
	}
	return covariance;
}

function relativeError(found: Float64Array, wanted: Float64Array): number {
	let difference = 0;
	let norm = 0;
	for (const [i, value] of wanted.entries()) {
		difference += (found[i]! - value) ** 2;
		norm += value ** 2;
	}
	return Math.sqrt(difference / norm);
}

describe('transport between classes', () => {
	it("moves mean and covariance onto the target's, which they were far from", () => {
		const [a, b] = [classRows(60, 7, 1), classRows(80, 7, 2)];
		const editor = new QuadraticFitter(7, 2, { shrinkage: false }).update(a, 0).update(b, 1).editor();
		for (const [source, target, from, to] of [
			[0, 1, a, b],
			[1, 0, b, a],
		] as const) {
			const moved = { ...from, data: editor.transport(from, source, target) };
			expect(relativeError(meanOf(from), meanOf(to))).toBeGreaterThan(0.1);
			expect(relativeError(covarianceOf(from), covarianceOf(to))).toBeGreaterThan(0.1);
			expect(relativeError(meanOf(moved), meanOf(to))).toBeLessThan(1e-10);
			expect(relativeError(covarianceOf(moved), covarianceOf(to))).toBeLessThan(1e-8);
		}
	});

	it('to the own class, and there and back, changes nothing', () => {
		const [a, b] = [classRows(40, 6, 3), classRows(40, 6, 4)];
		const editor = fitQuadratic(a, b);
		const { negative, positive } = QUADRATIC_CLASSES;
		expect(relativeError(editor.transport(a, positive, positive), a.data)).toBeLessThan(1e-9);
		const there = { ...a, data: editor.transport(a, positive, negative) };
		expect(relativeError(editor.transport(there, negative, positive), a.data)).toBeLessThan(1e-8);
	});

	it('with fewer examples than dimensions is a scaled identity plus low rank', () => {
		const wide = classRows(9, 30, 5);
		const others = classRows(8, 30, 6);
		const probe = classRows(5, 30, 7);
		const { positive, union } = QUADRATIC_CLASSES;
		const low = fitQuadratic(wide, others).map(union, positive);
		expect(low.rank).toBeLessThanOrEqual(17);
		const { scale, left, right, rank } = low;
		const moved = low.apply(probe);
		for (let row = 0; row < probe.rows; row++) {
			const x = probe.data.subarray(row * 30, (row + 1) * 30).map((value, i) => value - low.sourceMean[i]!);
			for (let i = 0; i < 30; i++) {
				let value = scale * x[i]! + low.targetMean[i]!;
				for (let k = 0; k < rank; k++) {
					const along = x.reduce((sum, each, j) => sum + each * right[k * 30 + j]!, 0);
					value += left[i * rank + k]! * along;
				}
				expect(moved[row * 30 + i]).toBeCloseTo(value, 9);
			}
		}
	});
});

describe('quadlda', () => {
	it('points from the negatives to the positives, and moves only what is in the other class', () => {
		const [positives, negatives] = [classRows(50, 6, 8), classRows(50, 6, 9)];
		const fit = fitQuadraticLda(positives, negatives);
		const along = (x: Rows) => meanOf(x).reduce((sum, value, i) => sum + value * fit.lda[i]!, 0);
		expect(along(positives)).toBeGreaterThan(along(negatives));
		const sources = fit.classify(positives);
		const moved = fit.transport(positives, 1);
		for (const [row, source] of sources.entries()) {
			const change = positives.data
				.subarray(row * 6, (row + 1) * 6)
				.reduce((most, value, i) => Math.max(most, Math.abs(moved[row * 6 + i]! - value)), 0);
			if (source === 1) expect(change).toBeLessThan(1e-8);
			else expect(change).toBeGreaterThan(1e-3);
		}
		expect(sources.filter((source) => source === 1).length).toBeGreaterThan(25);
	});
});

describe('the map for a graph', () => {
	it.each([
		['low rank and scaled identity, from fewer examples than dimensions', 5, 'rank'],
		['one matrix, from more', 40, 'matrix'],
	])('%s', (_, rows, form) => {
		const width = 12;
		const [positives, negatives] = [classRows(rows, width, 3), classRows(rows, width, 4)];
		const map = fitQuadratic(positives, negatives).map(QUADRATIC_CLASSES.union, QUADRATIC_CLASSES.positive);
		const graphMap = map.toGraphMap();
		expect(form in graphMap).toBe(true);
		const moved = negatives.data.map((value, at) => {
			const [row, j] = [Math.floor(at / width) * width, at % width];
			const x = Array.from({ length: width }, (_, i) => negatives.data[row + i]! - graphMap.center[i]!);
			const dot = (column: (i: number) => number) => x.reduce((sum, value, i) => sum + value * column(i), 0);
			if ('matrix' in graphMap) return value + dot((i) => graphMap.matrix[i * width + j]!) + map.shift[j]!;
			const { left, right, rank, scale = 0 } = graphMap;
			let low = scale * x[j]!;
			for (let k = 0; k < rank; k++) low += dot((i) => left[i * rank + k]!) * right[k * width + j]!;
			return value + low + map.shift[j]!;
		});
		expect(relativeError(moved, map.apply(negatives))).toBeLessThan(1e-5);
	});
});
