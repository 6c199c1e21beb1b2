import type { Covariance, SpanOperator } from './covariance.js';
import { diagonal, identity, type Matrix, scaleBoth, trace } from './linear-algebra/matrix.js';
import { symmetricTimesTransposed } from './linear-algebra/product.js';
import { symmetricEigen } from './linear-algebra/symmetric-eigen.js';
import { FLOAT64_EPSILON } from './shrinkage.js';

/**
 * T(K1 -> K2) = K1^-1/2 (K1^1/2 K2 K1^1/2)^1/2 K1^-1/2: the optimal transport map between centred Gaussians, T K1 T = K2
 * (Knott & Smith 1984; SPEC 1.6). Negative eigenvalues count as zero; small ones of K1 are left out of its inverse, and T is
 * zero on their directions.
 */
export function transportOperator(source: Covariance, target: Covariance, epsilon = FLOAT64_EPSILON): SpanOperator {
	const { inverse, restInverse } = rootsOf(source, epsilon);
	if (source === target) return { core: rangeProjection(source, inverse), rest: restInverse > 0 ? 1 : 0 };
	const inner = innerRoot(source, target);
	return {
		core: source.fromEigenbasis(scaleBoth(inverse, inner.core, inverse)),
		rest: restInverse * inner.rest * restInverse,
	};
}

/** What a class becomes on the way to itself: the identity, where nothing is left out. */
function rangeProjection(covariance: Covariance, inverse: Float64Array): Matrix {
	if (inverse.every((value) => value > 0)) return identity(inverse.length);
	return covariance.fromEigenbasis(diagonal(inverse.map((value) => (value > 0 ? 1 : 0))));
}

/** Square roots of a covariance's eigenvalues, and their pseudo-inverses: in the span, and on the rest. */
export function rootsOf(covariance: Covariance, epsilon = FLOAT64_EPSILON) {
	const { eigenvalues, rest } = covariance;
	const floor = covariance.floor(epsilon);
	const root = (value: number) => Math.sqrt(Math.max(value, 0));
	const inverseRoot = (value: number) => (value > floor ? 1 / root(value) : 0);
	return {
		roots: eigenvalues.map(root),
		inverse: eigenvalues.map(inverseRoot),
		restRoot: root(rest),
		restInverse: inverseRoot(rest),
	};
}

/** (K1^1/2 K2 K1^1/2)^1/2, in the eigenvectors of K1. */
export function innerRoot(source: Covariance, target: Covariance): SpanOperator {
	const roots = source.eigenvalues.map((value) => Math.sqrt(Math.max(value, 0)));
	const rest = Math.sqrt(Math.max(source.rest, 0) * Math.max(target.rest, 0));
	return { core: squareRoot(scaleBoth(roots, source.toEigenbasis(target.core), roots)), rest };
}

/** The symmetric square root; negative eigenvalues count as zero. */
export function squareRoot(matrix: Matrix): Matrix {
	const { values, vectors } = symmetricEigen(matrix);
	const ones = new Float64Array(matrix.rows).fill(1);
	const quarter = values.map((value) => Math.max(value, 0) ** 0.25);
	const half = scaleBoth(ones, vectors, quarter);
	return symmetricTimesTransposed(half, half);
}

/** The 2-Wasserstein distance of two centred Gaussians. */
export function wassersteinDistance(a: Covariance, b: Covariance): number {
	const inner = innerRoot(a, b);
	const overlap = trace(inner.core) + a.others * inner.rest;
	return Math.sqrt(Math.max(a.trace + b.trace - 2 * overlap, 0));
}
