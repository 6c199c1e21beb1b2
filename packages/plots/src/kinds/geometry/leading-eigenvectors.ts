import { combineRows, type Matrix, symmetricEigen, timesTransposed, transpose } from '@steering/core/erasure';
import { uniformFor } from '@steering/core/seed';
import { emptyRows, orthonormalized, pickedRows, stacked } from './row-basis.js';

/** Vectors added at a time: up to so many equal eigenvalues are found together. */
const BLOCK = 4;
/** Beyond, the eigenvalues lie so close together that the whole decomposition is as fast. */
const MAX_BASIS = 240;
/** Of |A v - value v| to the largest eigenvalue. An eigenvalue is off by its square over the gap to the next, far below it. */
const TOLERANCE = 1e-8;

export interface LeadingEigen {
	/** Descending. */
	values: number[];
	/** Orthonormal, in rows (count, n). */
	vectors: Matrix;
}

/**
 * The `count` largest eigenvalues of A = X X^T and their vectors, without A: Rayleigh-Ritz in the block Krylov space of a fixed
 * start, each block orthogonalized against all before (Golub & Van Loan 2013, 10.3). The same X gives the same bits.
 * @returns undefined where they have not converged in `maxBasis` vectors
 */
export function leadingEigenvectors(x: Matrix, count: number, maxBasis = MAX_BASIS): LeadingEigen | undefined {
	const transposed = transpose(x);
	const limit = Math.min(maxBasis, x.rows);
	let basis = emptyRows(x.rows);
	let images = emptyRows(x.rows);
	let next = startBlock(x.rows);
	for (;;) {
		const added = orthonormalized(next, basis, limit - basis.rows);
		if (added.rows === 0) return undefined;
		next = timesTransposed(timesTransposed(added, transposed), x);
		basis = stacked(basis, added);
		images = stacked(images, next);
		const found = ritzPairs(basis, images, count);
		if (found) return found;
	}
}

/** Undefined unless all of them are eigenvectors to within the tolerance. */
function ritzPairs(basis: Matrix, images: Matrix, count: number): LeadingEigen | undefined {
	const size = basis.rows;
	if (size < count) return undefined;
	const { values, vectors } = symmetricEigen(timesTransposed(basis, images));
	const leading = Array.from({ length: count }, (_, k) => values[size - 1 - k]!);
	const coefficients = pickedRows(
		transpose(vectors),
		leading.map((_, k) => size - 1 - k),
	);
	const ritz = combineRows(coefficients, basis);
	const mapped = combineRows(coefficients, images);
	for (const [k, value] of leading.entries()) {
		let square = 0;
		for (let i = k * basis.columns; i < (k + 1) * basis.columns; i++) {
			square += (mapped.data[i]! - value * ritz.data[i]!) ** 2;
		}
		if (!(Math.sqrt(square) <= TOLERANCE * leading[0]!)) return undefined;
	}
	return { values: leading, vectors: ritz };
}

function startBlock(columns: number): Matrix {
	const uniform = uniformFor('leading eigenvectors');
	return { data: Float64Array.from({ length: BLOCK * columns }, () => uniform() - 0.5), rows: BLOCK, columns };
}
