import { type Matrix, transpose, zeros } from './linear-algebra/matrix.js';
import { addCombination, addGram, PASS } from './linear-algebra/product.js';
import { centeredRows, columnMeans } from './row-buffer.js';
import { chunksOf, type RowSource } from './rows.js';
import { RunningMean } from './running-mean.js';

/** Count, means, scatter and cross-scatter of examples x (D) with labels z (k): what a fit needs once there are D of them. */
export interface Moments {
	count: number;
	/** (D) */
	mean: Float64Array;
	/** (k) */
	labelMean: Float64Array;
	/** sum of (x - mean) (x - mean)^T, (D, D) */
	scatter: Matrix;
	/** sum of (z - labelMean) (x - mean)^T, (k, D) */
	cross: Matrix;
}

/**
 * Moments of rows, all of one width and one at least, with their labels (rows, k). The rows are read twice, and held {@link PASS}
 * at a time; how they come in chunks changes nothing, bit for bit.
 */
export function momentsOf(rows: readonly RowSource[], z: Matrix): Moments {
	const mean = meanOf(rows);
	const labelMean = columnMeans(z);
	const labels = transpose(centeredRows(z, labelMean));
	const [scatter, cross] = [zeros(mean.length, mean.length), zeros(z.columns, mean.length)];
	let count = 0;
	for (const block of centeredBlocks(rows, mean, Math.min(z.rows, PASS))) {
		addGram(scatter, transpose(block));
		addCombination(cross, labels, block, count);
		count += block.rows;
	}
	return { count, mean, labelMean, scatter, cross };
}

function meanOf(rows: readonly RowSource[]): Float64Array {
	const mean = new RunningMean(rows[0]!.width);
	for (const source of rows) for (const chunk of chunksOf(source)) mean.update(chunk);
	return mean.mean();
}

/** The rows less `mean`, `size` at a time, the last ones fewer; each block lies where the one before it lay. */
function* centeredBlocks(rows: readonly RowSource[], mean: Float64Array, size: number): Generator<Matrix> {
	const columns = mean.length;
	const data = new Float64Array(size * columns);
	let used = 0;
	for (const source of rows) {
		for (const chunk of chunksOf(source)) {
			for (let start = 0; start < chunk.length; start += columns) {
				for (let i = 0; i < columns; i++) data[used + i] = chunk[start + i]! - mean[i]!;
				used += columns;
				if (used < data.length) continue;
				yield { data, rows: size, columns };
				used = 0;
			}
		}
	}
	if (used > 0) yield { data: data.subarray(0, used), rows: used / columns, columns };
}

/** Moments of both sets of examples together (Chan, Golub & LeVeque 1979). */
export function mergeMoments(a: Moments, b: Moments): Moments {
	const count = a.count + b.count;
	const step = b.mean.map((value, i) => value - a.mean[i]!);
	const labelStep = b.labelMean.map((value, i) => value - a.labelMean[i]!);
	const between = (a.count * b.count) / count;
	return {
		count,
		mean: a.mean.map((value, i) => value + (step[i]! * b.count) / count),
		labelMean: a.labelMean.map((value, i) => value + (labelStep[i]! * b.count) / count),
		scatter: merged(a.scatter, b.scatter, step, step, between),
		cross: merged(a.cross, b.cross, labelStep, step, between),
	};
}

/** a + b + factor left right^T */
function merged(a: Matrix, b: Matrix, left: Float64Array, right: Float64Array, factor: number): Matrix {
	const sum = zeros(a.rows, a.columns);
	for (let i = 0; i < a.rows; i++) {
		const scaled = factor * left[i]!;
		for (let j = 0; j < a.columns; j++) {
			const at = i * a.columns + j;
			sum.data[at] = a.data[at]! + b.data[at]! + scaled * right[j]!;
		}
	}
	return sum;
}
