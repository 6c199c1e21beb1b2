import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestDifference } from '../../test/shared-fixtures.js';
import {
	BLOCK,
	type BlockFormat,
	dequantiseRows,
	LARGEST_WEIGHT,
	quantiseRows,
	ROUNDINGS,
	type Rounding,
} from './index.js';

const FORMATS: BlockFormat[] = [4, 8].flatMap((bits) =>
	[false, true].map((zeroPoints) => ({ bits: bits as 4 | 8, zeroPoints })),
);
const named = FORMATS.map(
	(format) => [`${format.bits} bits${format.zeroPoints ? ', zero points' : ''}`, format] as const,
);

function roundTrip(numbers: Float32Array, columns: number, format: BlockFormat, rounding: Rounding) {
	const rows = quantiseRows(numbers, columns, format, rounding);
	return { ...rows, back: dequantiseRows(rows, columns, format) };
}

/** Sums of squares of what each block loses. */
function losses(numbers: Float32Array, back: Float32Array): number[] {
	return Array.from({ length: numbers.length / BLOCK }, (_, block) => {
		let sum = 0;
		for (let i = block * BLOCK; i < (block + 1) * BLOCK; i++) sum += (numbers[i]! - back[i]!) ** 2;
		return sum;
	});
}

/** Weights of a magnitude that varies from block to block, with outliers, all of one sign, or few values. */
const blockOf = fc.oneof(
	fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: BLOCK, maxLength: BLOCK }),
	fc.array(fc.double({ min: 0.5, max: 1, noNaN: true }), { minLength: BLOCK, maxLength: BLOCK }),
	fc.array(fc.constantFrom(0, 1e-3, -1e-3, 1), { minLength: BLOCK, maxLength: BLOCK }),
);
const scaled = fc
	.tuple(blockOf, fc.integer({ min: -60, max: 60 }))
	.map(([block, power]) => block.map((x) => x * 2 ** power));
const matrix = fc.integer({ min: 1, max: 3 }).chain((blocks) =>
	fc.record({
		columns: fc.constant(blocks * BLOCK),
		numbers: fc
			.array(scaled, { minLength: 2 * blocks, maxLength: 2 * blocks })
			.map((blocks) => Float32Array.from(blocks.flat())),
	}),
);

describe.each(named)('in %s', (_, format) => {
	it('round-to-nearest is off by half a scale at most', () => {
		fc.assert(
			fc.property(matrix, ({ numbers, columns }) => {
				const { back, scales } = roundTrip(numbers, columns, format, 'nearest');
				for (const [i, number] of numbers.entries()) {
					// Of float32: the product, and the scale itself.
					const rounding = Math.abs(number) * 2 ** -22;
					expect(Math.abs(number - back[i]!)).toBeLessThanOrEqual(scales[Math.floor(i / BLOCK)]! / 2 + rounding);
				}
			}),
		);
	});

	it('the search never loses more in a block than round-to-nearest', () => {
		let [won, blocks] = [0, 0];
		fc.assert(
			fc.property(matrix, ({ numbers, columns }) => {
				const nearest = losses(numbers, roundTrip(numbers, columns, format, 'nearest').back);
				const searched = losses(numbers, roundTrip(numbers, columns, format, 'search').back);
				for (const [block, loss] of searched.entries()) {
					// What is stored is compared in float64; reading it back rounds to float32 once more.
					const read =
						numbers.subarray(block * BLOCK, (block + 1) * BLOCK).reduce((sum, x) => sum + x * x, 0) * 2 ** -44;
					expect(loss).toBeLessThanOrEqual(nearest[block]! * (1 + 1e-6) + read);
					if (loss < nearest[block]!) won++;
					blocks++;
				}
			}),
		);
		expect(won / blocks).toBeGreaterThan(0.25);
	});

	it.each(ROUNDINGS)('zeros, constant blocks and numbers beside 0 come back from %s', (rounding) => {
		const constants = [0, 1, -1, 0.1, 2 ** -100, LARGEST_WEIGHT, -LARGEST_WEIGHT];
		const numbers = Float32Array.from(constants.flatMap((constant) => new Array<number>(BLOCK).fill(constant)));
		const { back } = roundTrip(numbers, numbers.length, format, rounding);
		for (const [i, number] of numbers.entries()) {
			expect(Math.abs(back[i]! - number)).toBeLessThanOrEqual(Math.abs(number) * 2 ** -22);
		}
	});

	it.each(ROUNDINGS)('subnormal numbers are zeros after %s', (rounding) => {
		const numbers = Float32Array.from({ length: BLOCK }, (_, i) => (i - 16) * 2 ** -149);
		const { back, scales } = roundTrip(numbers, BLOCK, format, rounding);
		expect([...new Set(back)].map(Math.abs)).toEqual([0]);
		expect([...scales]).toEqual([0]);
	});

	it('the same numbers give the same bytes', () => {
		fc.assert(
			fc.property(matrix, ({ numbers, columns }) => {
				const [a, b] = [0, 1].map(() => quantiseRows(numbers, columns, format, 'search'));
				expect(a).toEqual(b);
			}),
			{ numRuns: 20 },
		);
	});
});

describe('numbers on a grid of 4 bits come back as they were', () => {
	// As GGUF's scales are: float16, so that products are exact.
	const scale = fc.integer({ min: 1025, max: 2047 }).map((mantissa) => mantissa * 2 ** -15);
	const codes = (min: number, max: number) =>
		fc.array(fc.integer({ min, max }), { minLength: BLOCK, maxLength: BLOCK });
	const grid = fc.tuple(
		scale,
		fc.constantFrom(1, -1),
		fc.integer({ min: 0, max: 15 }),
		fc.integer({ min: 1, max: 15 }),
	);

	it('without zero points, whatever part of the grid is used', () => {
		const levels = fc.integer({ min: 1, max: 8 }).chain((most) => codes(-most, Math.min(most, 7)));
		fc.assert(
			fc.property(scale, fc.constantFrom(1, -1), levels, (scale, sign, levels) => {
				const numbers = Float32Array.from(levels, (level) => sign * scale * level);
				const { back } = roundTrip(numbers, BLOCK, { bits: 4, zeroPoints: false }, 'search');
				expect(largestDifference(back, numbers)).toBe(0);
			}),
		);
	});

	it('with zero points, which reach further', () => {
		fc.assert(
			fc.property(grid, codes(0, 15), ([scale, sign, zero, most], codes) => {
				const numbers = Float32Array.from(codes, (code) => sign * scale * (Math.min(code, most) - zero));
				const { back } = roundTrip(numbers, BLOCK, { bits: 4, zeroPoints: true }, 'search');
				expect(largestDifference(back, numbers)).toBe(0);
			}),
		);
	});
});
