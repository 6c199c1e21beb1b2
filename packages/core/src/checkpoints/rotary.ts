import type { Rotary } from '../onnx/decoder/decoder-design.js';

const { fround } = Math;

/** theta^(2i / dims), (dims / 2): what a position is divided by, rounded as PyTorch does. */
function wavelengths(theta: number, dims: number): Float32Array {
	return Float32Array.from({ length: dims / 2 }, (_, i) => theta ** fround((2 * i) / dims));
}

export function plainRotary(theta: number, dims: number): Rotary {
	return { theta, frequencies: wavelengths(theta, dims).map((power) => 1 / power), magnitude: 1 };
}

/** Frequencies divided by one number, or by one each. */
export function dividedRotary(theta: number, dims: number, divisors: number | Float32Array): Rotary {
	const { frequencies } = plainRotary(theta, dims);
	const divisor = (i: number) => (typeof divisors === 'number' ? divisors : divisors[i]!);
	return { theta, frequencies: frequencies.map((frequency, i) => frequency / divisor(i)), magnitude: 1 };
}

/** Llama 3.1's scaling: long waves are stretched by `factor`, short ones are not, and those between in part. */
export interface Llama3Scaling {
	readonly factor: number;
	readonly lowFrequency: number;
	readonly highFrequency: number;
	readonly originalPositions: number;
}

/** @see transformers' modeling_rope_utils.py (_compute_llama3_parameters) */
export function llama3Rotary(theta: number, dims: number, scaling: Llama3Scaling): Rotary {
	const { factor, lowFrequency, highFrequency, originalPositions } = scaling;
	const frequencies = plainRotary(theta, dims).frequencies.map((frequency) => {
		const wave = (2 * Math.PI) / frequency;
		if (wave > originalPositions / lowFrequency) return frequency / factor;
		if (wave < originalPositions / highFrequency) return frequency;
		const smooth = (originalPositions / wave - lowFrequency) / (highFrequency - lowFrequency);
		return ((1 - smooth) * frequency) / factor + smooth * frequency;
	});
	return { theta, frequencies, magnitude: 1 };
}

/** LongRoPE within the original context, where the short factors hold. @see _compute_longrope_parameters */
export function longRotary(theta: number, dims: number, factors: ArrayLike<number>, magnitude: number): Rotary {
	const frequencies = wavelengths(theta, dims).map((power, i) => 1 / fround(fround(factors[i]!) * power));
	return { theta, frequencies, magnitude };
}

/** What LongRoPE multiplies onto cosines and sines, unless the configuration says otherwise. */
export function longMagnitude(positions: number, originalPositions: number): number {
	const factor = positions / originalPositions;
	return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalPositions));
}
