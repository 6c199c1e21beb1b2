import { uniformFor } from '@steering/core/seed';
import { percentileOfSorted } from '@steering/core/statistics';

/** Resamples of an interval: enough that its ends move by less than a tenth of its width from seed to seed. */
export const RESAMPLES = 2000;
/** Share of the resamples inside. */
export const CONFIDENCE = 0.95;

/** What is resampled: a prompt, question or exchange. */
export interface Unit {
	/** Names it, so that the interval does not depend on the order of the units. */
	key: string;
	value: number;
	/** What it counts in a mean: tokens, or 1. */
	weight: number;
}

export interface Estimate {
	/** Null where there is nothing to measure, or where it is no finite number. */
	value: number | null;
	/** Ends of the interval. */
	interval: [number, number] | null;
}

/**
 * A statistic of units and its percentile bootstrap interval (Efron and Tibshirani 1993, ch. 13): units are drawn with
 * replacement, as many as there are. The draws depend on the seed and the number of units alone, so that two multipliers, or
 * steered and baseline, are resampled alike, and what they differ by is not noise of the drawing.
 *
 * @param statistic of the units drawn; undefined where they have none (resamples without one are left out)
 */
export function bootstrap<U extends { key: string }>(
	units: readonly U[],
	statistic: (units: readonly U[]) => number | undefined,
	seed = 0,
): Estimate {
	// Equal keys are one item met twice: which comes first must not matter either.
	const keyed = units.map((unit) => ({ unit, name: JSON.stringify([unit.key, unit]) }));
	const sorted = keyed.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)).map(({ unit }) => unit);
	const value = statistic(sorted);
	if (value === undefined || !Number.isFinite(value)) return { value: null, interval: null };
	const uniform = uniformFor(seed, 'bootstrap', sorted.length);
	const draw = () => sorted[Math.floor(uniform() * sorted.length)]!;
	const resampled = Array.from({ length: RESAMPLES }, () => statistic(sorted.map(draw)));
	const known = Float64Array.from(resampled.filter((each) => each !== undefined)).sort();
	const ends = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2].map((share) => percentileOfSorted(known, share)) as [
		number,
		number,
	];
	return { value, interval: ends.every(Number.isFinite) ? ends : null };
}

/** Undefined without any weight. */
export function weightedMean(units: readonly Unit[]): number | undefined {
	let [sum, weights] = [0, 0];
	for (const { value, weight } of units) {
		if (weight === 0) continue;
		sum += value * weight;
		weights += weight;
	}
	return weights === 0 ? undefined : sum / weights;
}

/** e to the mean number of nats a token. */
export function perplexity(units: readonly Unit[]): number | undefined {
	const mean = weightedMean(units);
	return mean === undefined ? undefined : Math.exp(mean);
}
