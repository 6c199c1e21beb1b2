import type { Activations } from '@steering/core/erasure';
import { uniformFor } from '@steering/core/seed';

/** Independent standard normal numbers, of a seed (Box and Muller). */
export function gaussians(seed: number): () => number {
	const uniform = uniformFor(seed, 'gaussians');
	return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/**
 * Two classes of normal rows with variance 1 whose means lie `distance` apart along one axis; `wide` adds standard deviations along
 * another that has nothing to do with the classes.
 */
export function plantedClasses({
	rows = 40,
	width = 24,
	distance = 6,
	wide = 0,
	seed = 1,
}): Record<'positive' | 'negative', Activations> {
	const next = gaussians(seed);
	const side = (sign: number): Activations => {
		const data = Float32Array.from({ length: rows * width }, next);
		for (let row = 0; row < rows; row++) {
			data[row * width]! += (sign * distance) / 2;
			if (width > 1) data[row * width + 1]! += wide * next();
		}
		return { data, rows, width };
	};
	return { positive: side(1), negative: side(-1) };
}
