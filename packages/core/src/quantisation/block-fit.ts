import { BLOCK } from './block-format.js';

/** Scale and zero point of a block; each number takes the nearest code. */
export interface BlockFit {
	scale: number;
	zero: number;
}

/** The grid of codes that a block can choose from. */
export interface Codes {
	/** The largest code: 15 or 255. */
	readonly max: number;
	/** The zero point of every block; undefined: each has its own. */
	readonly fixedZero: number | undefined;
}

/** Blocks in which no number is larger are zeros: their scales would be subnormal, which kernels may take for 0. */
const SMALLEST = 2 ** -118;

export const allZeros = (largest: number) => largest < SMALLEST;

/** The least and the largest of a block and 0, that 0 has a code. */
export function rangeOf(numbers: Float32Array, at: number): [low: number, high: number] {
	let low = 0;
	let high = 0;
	for (let i = at; i < at + BLOCK; i++) {
		const x = numbers[i]!;
		if (x < low) low = x;
		else if (x > high) high = x;
	}
	return [low, high];
}

/**
 * Round-to-nearest: the smallest scale with which no number lies outside the grid. No number is off by more than half the scale.
 */
export function nearestFit({ max, fixedZero }: Codes, low: number, high: number): BlockFit {
	const largest = Math.max(-low, high);
	if (allZeros(largest)) return { scale: 0, zero: fixedZero ?? 0 };
	if (fixedZero !== undefined) return { scale: Math.fround(largest / (max - fixedZero)), zero: fixedZero };
	const scale = Math.fround((high - low) / max);
	return { scale, zero: Math.min(max, Math.round(-low / scale)) };
}

/** The code nearest to a number. */
export function codeOf(number: number, inverse: number, zero: number, max: number): number {
	const code = Math.floor(number * inverse + zero + 0.5);
	if (code < 0) return 0;
	if (code > max) return max;
	return code;
}

/** Sum of squares of what a block loses. */
export function squaredError(numbers: Float32Array, at: number, { scale, zero }: BlockFit, max: number): number {
	const inverse = scale === 0 ? 0 : 1 / scale;
	let sum = 0;
	for (let i = at; i < at + BLOCK; i++) {
		const x = numbers[i]!;
		sum += (x - scale * (codeOf(x, inverse, zero, max) - zero)) ** 2;
	}
	return sum;
}
