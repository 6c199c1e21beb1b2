/**
 * Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank. Undefined for fewer than two pairs, and where
 * one side is all the same.
 */
export function rankCorrelation(pairs: readonly (readonly [number, number])[]): number | undefined {
	if (pairs.length < 2) return undefined;
	const [x, y] = [0, 1].map((side) => centered(ranks(pairs.map((pair) => pair[side]!)))) as [number[], number[]];
	const [xx, yy, xy] = [dot(x, x), dot(y, y), dot(x, y)];
	return xx === 0 || yy === 0 ? undefined : xy / Math.sqrt(xx * yy);
}

function ranks(values: readonly number[]): number[] {
	const sorted = [...values].sort((a, b) => a - b);
	const first = new Map<number, number>();
	const last = new Map<number, number>();
	for (const [rank, value] of sorted.entries()) {
		if (!first.has(value)) first.set(value, rank);
		last.set(value, rank);
	}
	return values.map((value) => (first.get(value)! + last.get(value)!) / 2);
}

function centered(values: readonly number[]): number[] {
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	return values.map((value) => value - mean);
}

function dot(a: readonly number[], b: readonly number[]): number {
	return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
