import { eigenvalueFloor } from './covariance-solve.js';
import { diagonal, type Matrix, shifted, trace, transpose } from './linear-algebra/matrix.js';
import { times, timesTransposed } from './linear-algebra/product.js';
import { type SymmetricEigen, symmetricEigen } from './linear-algebra/symmetric-eigen.js';

/**
 * A symmetric operator on D dimensions that is `core` (r, r) in an orthonormal basis of r of them, and `rest` times the
 * identity on all others. Operators of one basis multiply as their parts do, so no (D, D) matrix is needed.
 */
export interface SpanOperator {
	core: Matrix;
	rest: number;
}

/** A covariance as such an operator, with its eigendecomposition made once, when it is asked for. */
export class Covariance implements SpanOperator {
	readonly core: Matrix;
	readonly rest: number;
	/** D */
	readonly width: number;
	#eigenvalues: Float64Array | undefined;
	#eigenvectors: Matrix | null = null;

	constructor(core: Matrix, rest: number, width: number) {
		this.core = core;
		this.rest = rest;
		this.width = width;
	}

	/** With the basis' vectors as eigenvectors. */
	static diagonal(values: Float64Array, rest: number, width: number): Covariance {
		const covariance = new Covariance(diagonal(values), rest, width);
		covariance.#eigenvalues = values;
		return covariance;
	}

	/** (r), those within the span. */
	get eigenvalues(): Float64Array {
		this.#eigenvalues ??= this.#decompose().values;
		return this.#eigenvalues;
	}

	/** How many dimensions `rest` stands for. */
	get others(): number {
		return this.width - this.core.rows;
	}

	get trace(): number {
		return trace(this.core) + this.others * this.rest;
	}

	/** Eigenvalues not above this count as zero where they are divided by. */
	floor(epsilon: number): number {
		const all = this.others > 0 ? Float64Array.of(...this.eigenvalues, this.rest) : this.eigenvalues;
		return eigenvalueFloor(all, this.width, epsilon);
	}

	/** V^T matrix V for the eigenvectors V. */
	toEigenbasis(matrix: Matrix): Matrix {
		const vectors = this.#vectors();
		return vectors ? times(timesTransposed(transpose(vectors), matrix), vectors) : matrix;
	}

	/** V matrix V^T for the eigenvectors V. */
	fromEigenbasis(matrix: Matrix): Matrix {
		const vectors = this.#vectors();
		return vectors ? timesTransposed(times(vectors, matrix), vectors) : matrix;
	}

	/** The same eigenvectors within the span with other eigenvalues; `rest` on all other dimensions. */
	withEigenvalues(values: Float64Array, rest = 0): Covariance {
		return new Covariance(this.fromEigenbasis(diagonal(values)), rest, this.width);
	}

	/** scale * this + ridge I */
	shifted(scale: number, ridge: number): Covariance {
		return new Covariance(shifted(this.core, scale, ridge), scale * this.rest + ridge, this.width);
	}

	#vectors(): Matrix | null {
		if (!this.#eigenvalues) this.#decompose();
		return this.#eigenvectors;
	}

	#decompose(): SymmetricEigen {
		const eigen = symmetricEigen(this.core);
		this.#eigenvalues = eigen.values;
		this.#eigenvectors = eigen.vectors;
		return eigen;
	}
}
