const FLOAT32_MAX = (2 - 2 ** -23) * 2 ** 127;

/**
 * Whether the norm of a vector exists in float32. Once one without is added to the activations, the model's norm layers divide by
 * infinity, and what follows no longer depends on the prompt.
 */
export function hasNorm(vector: Float32Array): boolean {
	// NaN is not below anything.
	return vector.reduce((squares, value) => squares + value * value, 0) <= FLOAT32_MAX;
}
