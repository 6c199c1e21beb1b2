import { SteeringError } from '../errors/index.js';

/** Row-major activations (rows, width). */
export interface Activations {
	data: Float32Array;
	rows: number;
	width: number;
	/** What errors call them, for instance the file and the hook point. */
	name?: string | undefined;
}

/** Mean over the rows, (width), accumulated in float64. Throws ERR_BAD_FILE for NaN or infinite activations. */
export function meanRow({ data, rows, width }: Activations, name: string): Float64Array {
	const mean = new Float64Array(width);
	for (let row = 0; row < rows; row++) {
		for (let i = 0; i < width; i++) mean[i]! += data[row * width + i]!;
	}
	for (let i = 0; i < width; i++) mean[i]! /= rows;
	if (!mean.every(Number.isFinite)) {
		throw new SteeringError('ERR_BAD_FILE', `${name}: NaN or infinite numbers`, {
			hint: 'try --precision exact, or check the model file',
		});
	}
	return mean;
}

/**
 * The steering vector of two sets of activations: mean of the positives minus mean of the negatives, (width) float32
 * (SPEC 1.3; Contrastive Activation Addition, Rimsky et al. 2024). The means are taken in float64.
 */
export function meanDifference(positives: Activations, negatives: Activations): Float32Array {
	const high = meanRow(positives, positives.name ?? 'the positives');
	const low = meanRow(negatives, negatives.name ?? 'the negatives');
	return Float32Array.from(high, (value, i) => value - low[i]!);
}
