/** Arithmetic mean. @throws {RangeError} of nothing */
export function mean(values: readonly number[]): number {
	if (values.length === 0) throw new RangeError('the mean of nothing');
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * NumPy's default percentile: linear interpolation between order statistics (SPEC 1.12), `q` in 0..100.
 * The interpolation starts from the nearer neighbour, as NumPy's does, so that the last bit agrees as well.
 * @throws {RangeError} of nothing
 */
export function percentile(values: readonly number[], q: number): number {
	if (values.length === 0) throw new RangeError('the percentile of nothing');
	return percentileOfSorted(
		[...values].sort((a, b) => a - b),
		q / 100,
	);
}

/** The same of ascending values, `share` in 0..1; NaN of nothing. */
export function percentileOfSorted(sorted: ArrayLike<number>, share: number): number {
	if (sorted.length === 0) return Number.NaN;
	const position = share * (sorted.length - 1);
	const below = Math.floor(position);
	const t = position - below;
	const a = sorted[below]!;
	const b = sorted[Math.min(below + 1, sorted.length - 1)]!;
	return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}
