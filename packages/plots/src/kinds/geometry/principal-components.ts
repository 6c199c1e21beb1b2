import { combineRows, gram, type Matrix, symmetricEigen, timesTransposed, transpose } from '@steering/core/erasure';
import { leadingEigenvectors } from './leading-eigenvectors.js';
import { pickedRows } from './row-basis.js';

export interface PrincipalComponents {
	/** Unit directions in rows, (count, width); fewer than asked for where width or rank allow no more. */
	directions: Matrix;
	/** Coordinates of the rows along them, (rows, count). */
	scores: Matrix;
	/** Share of the total variance along each, descending; 0 where nothing varies. */
	explained: number[];
}

/** Up to so many rows or columns, the whole decomposition takes milliseconds. */
const SMALL = 128;

/**
 * Principal components of rows that are centred already (Pearson 1901; Jolliffe 2002, 3.5): the eigenvectors of X^T X, or
 * for fewer rows than columns those of the Gram matrix X X^T = U S^2 U^T, with V = X^T U S^-1. Of large matrices only those asked
 * for are computed, to within 1e-8 of the first; where they do not stand out from the rest, all are.
 */
export function principalComponents(centred: Matrix, count: number): PrincipalComponents {
	const { rows, columns } = centred;
	const byRows = rows <= columns;
	const x = byRows ? centred : transpose(centred);
	const leading = (x.rows > SMALL ? leadingEigenvectors(x, count) : undefined) ?? allEigenvectors(x);
	// The trace of X X^T.
	let total = 0;
	for (let i = 0; i < x.data.length; i++) total += x.data[i]! * x.data[i]!;
	// What rounding leaves of a null space has no direction.
	const order = Array.from(leading.values.keys())
		.slice(0, count)
		.filter((index) => leading.values[index]! > leading.values[0]! * Number.EPSILON * Math.max(rows, columns));
	const picked = pickedRows(leading.vectors, order);
	const directions = byRows ? normalized(combineRows(picked, centred)) : picked;
	return {
		directions,
		scores: timesTransposed(centred, directions),
		explained: order.map((index) => leading.values[index]! / total),
	};
}

function allEigenvectors(x: Matrix) {
	const { values, vectors } = symmetricEigen(gram(x));
	const descending = Array.from(values.keys()).reverse();
	return {
		values: descending.map((index) => values[index]!),
		vectors: pickedRows(transpose(vectors), descending),
	};
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
