import type { LeaceEraser } from './leace-eraser.js';
import { fitLeace } from './leace-fitter.js';
import { mismatchedLabels, type RowSource } from './rows.js';

export interface LogOddsFit {
	/** sigma_xz / std(z), (D). */
	vector: Float64Array;
	/** LEACE of the log-odds. */
	eraser: LeaceEraser;
}

/**
 * The steering vector of answers whose log-odds z (rows) are known, and the eraser saved with it: both unbiased over N - 1
 * (SPEC 1.3 "Logit"). Throws as `fitLeace` does.
 */
export function fitLogOdds(rows: RowSource, logOdds: ArrayLike<number>): LogOddsFit {
	if (logOdds.length !== rows.rows) {
		throw mismatchedLabels(rows, logOdds.length, 'log-odds');
	}
	const { eraser, crossCovariance } = fitLeace(rows, logOdds);
	const deviation = standardDeviation(logOdds);
	return { vector: crossCovariance.map((value) => value / deviation), eraser };
}

function standardDeviation(values: ArrayLike<number>): number {
	const all = Array.from(values);
	const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
	return Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length - 1));
}
