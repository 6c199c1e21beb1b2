import type { BlockFit, Codes } from './block-fit.js';
import { BLOCK } from './block-format.js';

/** Of a number that lies on a grid, off by the rounding of float32. */
const ON_GRID = 4e-6;

/** The coarsest grid on which all numbers lie, if there is one: the range is so many steps of it. */
export function onGrid(
	numbers: Float32Array,
	at: number,
	{ max, fixedZero }: Codes,
	low: number,
	high: number,
): BlockFit | undefined {
	const range = fixedZero === undefined ? high - low : -low > high ? low : high;
	const most = fixedZero ?? max;
	for (let steps = 1; steps <= most; steps++) {
		// With a fixed zero point the farthest number is at -steps.
		const scale = fixedZero === undefined ? range / steps : range / -steps;
		if (!areWhole(numbers, at, 1 / scale, max, fixedZero)) continue;
		return { scale: Math.fround(scale), zero: fixedZero ?? clampCode(Math.round(-low / scale), max) };
	}
	return undefined;
}

function areWhole(
	numbers: Float32Array,
	at: number,
	inverse: number,
	max: number,
	fixedZero: number | undefined,
): boolean {
	for (let i = at; i < at + BLOCK; i++) {
		const steps = numbers[i]! * inverse;
		const whole = Math.round(steps);
		if (Math.abs(steps - whole) > ON_GRID) return false;
		if (fixedZero !== undefined && whole + fixedZero > max) return false;
	}
	return true;
}

export function clampCode(code: number, max: number): number {
	if (code < 0) return 0;
	if (code > max) return max;
	return code;
}
