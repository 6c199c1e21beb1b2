import { type Matrix, transpose, zeros } from './matrix.js';

/** Rows of both factors that are multiplied together: 16 sums fit the registers, each loaded number is used four times. */
const BLOCK = 4;
/** Numbers of a row per pass: eight rows of this length stay in the first-level cache. */
export const PASS = 512;

/** a b^T, for a (m, k) and b (n, k): both factors are read along their rows. */
export function timesTransposed(a: Matrix, b: Matrix): Matrix {
	const product = zeros(a.rows, b.rows);
	accumulate(product, a, b, (_, columns) => columns);
	return product;
}

/** a b, for a (m, k) and b (k, n). */
export function times(a: Matrix, b: Matrix): Matrix {
	return timesTransposed(a, transpose(b));
}

/** a b^T where that is known to be symmetric: half the work. */
export function symmetricTimesTransposed(a: Matrix, b: Matrix): Matrix {
	const product = zeros(a.rows, b.rows);
	addSymmetric(product, a, b);
	return product;
}

/** a a^T: the inner products of the rows. */
export function gram(a: Matrix): Matrix {
	return symmetricTimesTransposed(a, a);
}

/**
 * Adds a a^T to the symmetric `sum`. In pieces of {@link PASS} columns, the last one shorter, it is `gram` of all columns, bit for
 * bit: that is how it is summed there.
 */
export function addGram(sum: Matrix, a: Matrix): void {
	addSymmetric(sum, a, a);
}

function addSymmetric(sum: Matrix, a: Matrix, b: Matrix): void {
	accumulate(sum, a, b, (row) => row + 1);
	const { data, rows } = sum;
	for (let i = 0; i < rows; i++) {
		for (let j = 0; j < i; j++) data[j * rows + i] = data[i * rows + j]!;
	}
}

/** Coefficients (k, n) times rows (n, width) for few coefficients: no transposed copy of the rows. */
export function combineRows(coefficients: Matrix, rows: Matrix): Matrix {
	const combined = zeros(coefficients.rows, rows.columns);
	addCombination(combined, coefficients, rows);
	return combined;
}

/** Adds that to `sum` (k, width), for rows that belong to the coefficients from column `from` on. */
export function addCombination(sum: Matrix, coefficients: Matrix, rows: Matrix, from = 0): void {
	const { columns: width } = rows;
	for (let k = 0; k < coefficients.rows; k++) {
		const out = sum.data.subarray(k * width, (k + 1) * width);
		for (let i = 0; i < rows.rows; i++) {
			const factor = coefficients.data[k * coefficients.columns + from + i]!;
			const start = i * width;
			for (let j = 0; j < width; j++) out[j]! += factor * rows.data[start + j]!;
		}
	}
}

/** Adds to `sum` the columns below `end(lastRow, columns)` of a b^T; a block that only partly lies there is computed whole. */
function accumulate(sum: Matrix, a: Matrix, b: Matrix, end: (lastRow: number, columns: number) => number): void {
	const length = a.columns;
	for (let from = 0; from < length; from += PASS) {
		const to = Math.min(from + PASS, length);
		for (let i = 0; i < a.rows; i += BLOCK) {
			const height = Math.min(BLOCK, a.rows - i);
			const columns = Math.min(b.rows, end(i + height - 1, b.rows));
			for (let j = 0; j < columns; j += BLOCK) {
				const width = Math.min(BLOCK, b.rows - j);
				if (height === BLOCK && width === BLOCK) addBlock(a.data, i, b.data, j, length, from, to, sum);
				else addEdge(a.data, i, height, b.data, j, width, length, from, to, sum);
			}
		}
	}
}

function addEdge(
	a: Float64Array,
	row: number,
	height: number,
	b: Float64Array,
	column: number,
	width: number,
	length: number,
	from: number,
	to: number,
	{ data, columns }: Matrix,
): void {
	for (let i = row; i < row + height; i++) {
		for (let j = column; j < column + width; j++) {
			let sum = 0;
			for (let k = from; k < to; k++) sum += a[i * length + k]! * b[j * length + k]!;
			data[i * columns + j]! += sum;
		}
	}
}

/** Written out, since the compiler keeps separate variables in registers but not arrays. */
function addBlock(
	a: Float64Array,
	row: number,
	b: Float64Array,
	column: number,
	length: number,
	from: number,
	to: number,
	{ data, columns }: Matrix,
): void {
	const a0 = row * length;
	const a1 = a0 + length;
	const a2 = a1 + length;
	const a3 = a2 + length;
	const b0 = column * length;
	const b1 = b0 + length;
	const b2 = b1 + length;
	const b3 = b2 + length;
	let s00 = 0;
	let s01 = 0;
	let s02 = 0;
	let s03 = 0;
	let s10 = 0;
	let s11 = 0;
	let s12 = 0;
	let s13 = 0;
	let s20 = 0;
	let s21 = 0;
	let s22 = 0;
	let s23 = 0;
	let s30 = 0;
	let s31 = 0;
	let s32 = 0;
	let s33 = 0;
	for (let k = from; k < to; k++) {
		const y0 = b[b0 + k]!;
		const y1 = b[b1 + k]!;
		const y2 = b[b2 + k]!;
		const y3 = b[b3 + k]!;
		const x0 = a[a0 + k]!;
		s00 += x0 * y0;
		s01 += x0 * y1;
		s02 += x0 * y2;
		s03 += x0 * y3;
		const x1 = a[a1 + k]!;
		s10 += x1 * y0;
		s11 += x1 * y1;
		s12 += x1 * y2;
		s13 += x1 * y3;
		const x2 = a[a2 + k]!;
		s20 += x2 * y0;
		s21 += x2 * y1;
		s22 += x2 * y2;
		s23 += x2 * y3;
		const x3 = a[a3 + k]!;
		s30 += x3 * y0;
		s31 += x3 * y1;
		s32 += x3 * y2;
		s33 += x3 * y3;
	}
	const o0 = row * columns + column;
	const o1 = o0 + columns;
	const o2 = o1 + columns;
	const o3 = o2 + columns;
	data[o0]! += s00;
	data[o0 + 1]! += s01;
	data[o0 + 2]! += s02;
	data[o0 + 3]! += s03;
	data[o1]! += s10;
	data[o1 + 1]! += s11;
	data[o1 + 2]! += s12;
	data[o1 + 3]! += s13;
	data[o2]! += s20;
	data[o2 + 1]! += s21;
	data[o2 + 2]! += s22;
	data[o2 + 3]! += s23;
	data[o3]! += s30;
	data[o3 + 1]! += s31;
	data[o3 + 2]! += s32;
	data[o3 + 3]! += s33;
}
