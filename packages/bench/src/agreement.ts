import { SteeringError } from '@steering/core/errors';

/** |a - b| / |b| in the Euclidean norm. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
	let difference = 0;
	let norm = 0;
	for (let i = 0; i < b.length; i++) {
		difference += (a[i]! - b[i]!) ** 2;
		norm += b[i]! ** 2;
	}
	return Math.sqrt(difference / norm);
}

/** A fast fit of something else is no fit. Throws ERR_FAILED. */
export function requireAgreement(what: string, difference: number, limit: number): void {
	// NaN must not pass for small.
	if (difference <= limit) return;
	throw new SteeringError(
		'ERR_FAILED',
		`${what} of both sides differ by ${difference.toExponential(1)}, ${limit.toExponential(0)} is allowed`,
	);
}
