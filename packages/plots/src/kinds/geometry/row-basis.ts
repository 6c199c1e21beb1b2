import type { Matrix } from '@steering/core/erasure';

/** What is left of a vector, of its length, when it lies in the span of others but for rounding. */
const DEPENDENT = 1e-10;

export function emptyRows(columns: number): Matrix {
	return { data: new Float64Array(), rows: 0, columns };
}

export function stacked(above: Matrix, below: Matrix): Matrix {
	const data = new Float64Array(above.data.length + below.data.length);
	data.set(above.data);
	data.set(below.data, above.data.length);
	return { data, rows: above.rows + below.rows, columns: above.columns };
}

export function pickedRows({ data, columns }: Matrix, rows: readonly number[]): Matrix {
	const picked = new Float64Array(rows.length * columns);
	rows.forEach((row, at) => {
		picked.set(data.subarray(row * columns, (row + 1) * columns), at * columns);
	});
	return { data: picked, rows: rows.length, columns };
}

/** Rows orthonormal to those of `basis` and to each other that span what `rows` add to it; `most` at most. */
export function orthonormalized(rows: Matrix, basis: Matrix, most: number): Matrix {
	const { columns } = rows;
	const data = new Float64Array(rows.data.length);
	let count = 0;
	for (let row = 0; row < rows.rows && count < most; row++) {
		const own = rows.data.slice(row * columns, (row + 1) * columns);
		const length = norm(own);
		// Once more: what the first pass leaves is orthogonal only to within rounding of what it took.
		for (let pass = 0; pass < 2; pass++) {
			project(own, basis.data, basis.rows);
			project(own, data, count);
		}
		const left = norm(own);
		if (!(left > DEPENDENT * length)) continue;
		for (let i = 0; i < columns; i++) data[count * columns + i] = own[i]! / left;
		count++;
	}
	return { data: data.subarray(0, count * columns), rows: count, columns };
}

/** Takes from `vector` its components along the first `count` rows of `basis`. */
function project(vector: Float64Array, basis: Float64Array, count: number): void {
	const { length } = vector;
	for (let row = 0; row < count; row++) {
		const start = row * length;
		let along = 0;
		for (let i = 0; i < length; i++) along += vector[i]! * basis[start + i]!;
		for (let i = 0; i < length; i++) vector[i]! -= along * basis[start + i]!;
	}
}

function norm(vector: Float64Array): number {
	let square = 0;
	for (let i = 0; i < vector.length; i++) square += vector[i]! ** 2;
	return Math.sqrt(square);
}
