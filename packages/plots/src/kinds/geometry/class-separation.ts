import type { Activations } from '@steering/core/erasure';
import { mean } from '@steering/core/statistics';

/** How well the mean difference tells two classes apart, in examples it was not made from. */
export interface ClassSeparation {
	/** Sensitivity index; null where nothing varies within the classes, or where there is no difference. */
	dPrime: number | null;
	/** Share of examples on their own side of the threshold, a tie counting half; null without a difference. */
	accuracy: number | null;
	/** Examples that were classified. */
	examples: number;
}

/** Fewer examples of a class than this leave a half without one. */
export const MIN_EXAMPLES = 2;

/**
 * Two-fold cross-validation: examples of even index give w = mean(positives) - mean(negatives) and the midpoint m of the
 * means, on which those of odd index are scored as s = (x - m) . w / |w|, and the other way round. (Alternating, since data
 * are sorted by category; by index in both classes, so that a contrast pair stays in one half.)
 *
 * d' = (mean(s+) - mean(s-)) / sqrt((var(s+) + var(s-)) / 2)   (Green & Swets 1966; its square is twice Fisher's 1936 ratio)
 * accuracy = share of s+ > 0 and s- < 0                         (mass-mean probe of Marks & Tegmark 2023, arXiv 2310.06824)
 *
 * Scored on the examples w is made from, both would be high in high dimensions for classes that do not differ.
 */
export function classSeparation(positives: Activations, negatives: Activations): ClassSeparation {
	const none = { dPrime: null, accuracy: null, examples: 0 };
	if (Math.min(positives.rows, negatives.rows) < MIN_EXAMPLES) return none;
	const scores: [number[], number[]] = [[], []];
	for (const fitted of [0, 1]) {
		const [high, low] = [halfMean(positives, fitted), halfMean(negatives, fitted)];
		const w = high.map((value, i) => value - low[i]!);
		const norm = Math.sqrt(w.reduce((sum, value) => sum + value * value, 0));
		if (norm === 0) return none;
		const middle = high.map((value, i) => (value + low[i]!) / 2);
		[positives, negatives].forEach((side, index) => {
			for (let row = 1 - fitted; row < side.rows; row += 2) scores[index]!.push(score(side, row, middle, w) / norm);
		});
	}
	return { dPrime: sensitivity(...scores), accuracy: accuracyOf(...scores), examples: scores.flat().length };
}

function halfMean({ data, rows, width }: Activations, parity: number): Float64Array {
	const sum = new Float64Array(width);
	for (let row = parity; row < rows; row += 2) {
		for (let i = 0; i < width; i++) sum[i]! += data[row * width + i]!;
	}
	const count = Math.ceil((rows - parity) / 2);
	return sum.map((value) => value / count);
}

function score({ data, width }: Activations, row: number, middle: Float64Array, w: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < width; i++) sum += (data[row * width + i]! - middle[i]!) * w[i]!;
	return sum;
}

function sensitivity(high: readonly number[], low: readonly number[]): number | null {
	const pooled = Math.sqrt((variance(high) + variance(low)) / 2);
	return pooled > 0 ? (mean(high) - mean(low)) / pooled : null;
}

/** Unbiased. */
function variance(values: readonly number[]): number {
	const center = mean(values);
	return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
}

function accuracyOf(high: readonly number[], low: readonly number[]): number {
	const right = (signed: number) => (signed > 0 ? 1 : signed === 0 ? 0.5 : 0);
	return mean([...high.map(right), ...low.map((value) => right(-value))]);
}
