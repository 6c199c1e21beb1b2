import { gram, type Matrix, symmetricEigen, times, timesTransposed, transpose } from '@steering/core/erasure';

export interface PrincipalComponents {
	/** Unit directions in rows, (count, width); fewer than asked for where width or rank allow no more. */
	directions: Matrix;
	/** Coordinates of the rows along them, (rows, count). */
	scores: Matrix;
	/** Share of the total variance along each, descending; 0 where nothing varies. */
	explained: number[];
}

/**
 * Principal components of rows that are centred already (Pearson 1901; Jolliffe 2002, 3.5): the eigenvectors of X^T X, or
 * for fewer rows than columns those of the Gram matrix X X^T = U S^2 U^T, with V = X^T U S^-1.
 */
export function principalComponents(centred: Matrix, count: number): PrincipalComponents {
	const { rows, columns } = centred;
	const byRows = rows <= columns;
	const { values, vectors } = symmetricEigen(gram(byRows ? centred : transpose(centred)));
	const total = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
	// What rounding leaves of a null space has no direction.
	const order = Array.from(values.keys())
		.reverse()
		.slice(0, count)
		.filter((index) => values[index]! > values.at(-1)! * Number.EPSILON * Math.max(rows, columns));
	const picked = pickColumns(vectors, order);
	const directions = byRows ? normalized(times(picked, centred)) : picked;
	return {
		directions,
		scores: timesTransposed(centred, directions),
		explained: order.map((index) => values[index]! / total),
	};
}

/** Columns of a matrix, as rows. */
function pickColumns({ data, rows, columns }: Matrix, order: readonly number[]): Matrix {
	const picked = new Float64Array(order.length * rows);
	order.forEach((column, at) => {
		for (let row = 0; row < rows; row++) picked[at * rows + row] = data[row * columns + column]!;
	});
	return { data: picked, rows: order.length, columns: rows };
}

function normalized(matrix: Matrix): Matrix {
	const { rows, columns } = matrix;
	const data = matrix.data.slice();
	for (let row = 0; row < rows; row++) {
		const own = data.subarray(row * columns, (row + 1) * columns);
		const norm = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
		for (let i = 0; i < columns; i++) own[i]! /= norm;
	}
	return { data, rows, columns };
}
