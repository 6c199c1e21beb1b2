import { SteeringError } from '../errors/index.js';
import { checkWidth } from './rows.js';
import { RunningMean } from './running-mean.js';

/** Row-major activations (rows, width). */
export interface Activations {
	data: Float32Array;
	rows: number;
	width: number;
	/** What errors call them, for instance the file and the hook point. */
	name?: string | undefined;
}

/** Mean over the rows, (width), accumulated in float64. Throws ERR_BAD_FILE for NaN or infinite activations. */
export function meanRow({ data, width }: Activations, name: string): Float64Array {
	return finite(new RunningMean(width).update(data), name);
}

function finite(running: RunningMean, name: string): Float64Array {
	const mean = running.mean();
	if (mean.every(Number.isFinite)) return mean;
	throw new SteeringError('ERR_BAD_FILE', `${name}: NaN or infinite numbers`, {
		hint: 'try --precision exact, or check the model file',
	});
}

/**
 * The steering vector of two sets of activations that come in pieces: mean of the positives minus mean of the negatives (SPEC 1.3;
 * Contrastive Activation Addition, Rimsky et al. 2024). The means are accumulated in float64, in the order the rows come: pieces
 * change nothing, and nothing else is kept.
 */
export class MeanDifferenceFitter {
	readonly #sides: Record<Side, { mean: RunningMean; name: string }>;

	/** For activations of `width`; `names` are what errors call the two sets. */
	constructor(width: number, names: Partial<Record<Side, string | undefined>> = {}) {
		const side = (name: Side) => ({ mean: new RunningMean(width), name: names[name] ?? `the ${name}` });
		this.#sides = { positives: side('positives'), negatives: side('negatives') };
	}

	/** Adds activations, row-major (any number of rows, width). */
	update(side: Side, data: Float32Array): this {
		this.#sides[side].mean.update(data);
		return this;
	}

	/** (width) float32. Throws ERR_BAD_FILE for a set with NaN or infinite activations, or none at all. */
	fit(): Float32Array {
		const { positives, negatives } = this.#sides;
		const high = finite(positives.mean, positives.name);
		const low = finite(negatives.mean, negatives.name);
		return Float32Array.from(high, (value, i) => value - low[i]!);
	}
}

type Side = 'positives' | 'negatives';

/** The same of whole sets. Throws ERR_MISMATCH for two widths, too. */
export function meanDifference(positives: Activations, negatives: Activations): Float32Array {
	checkWidth(negatives, positives.width);
	const names = { positives: positives.name, negatives: negatives.name };
	const fitter = new MeanDifferenceFitter(positives.width, names);
	return fitter.update('positives', positives.data).update('negatives', negatives.data).fit();
}
