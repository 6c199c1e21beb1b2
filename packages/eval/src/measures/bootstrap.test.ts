import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrap, perplexity, RESAMPLES, type Unit, weightedMean } from './bootstrap.js';

const unit = fc.record({
	key: fc.string({ maxLength: 4 }),
	value: fc.double({ min: -50, max: 50, noNaN: true }),
	weight: fc.integer({ min: 1, max: 9 }),
});
const few = fc.array(unit, { minLength: 1, maxLength: 12 });
const runs = { numRuns: 40 };
const plain = (values: readonly number[]): Unit[] => values.map((value, i) => ({ key: `${i}`, value, weight: 1 }));

describe('bootstrap', () => {
	it('holds the mean within its interval, which lies within the values', () => {
		fc.assert(
			fc.property(few, (units) => {
				const { value, interval } = bootstrap(units, weightedMean);
				const [low, high] = interval!;
				const values = units.map((each) => each.value);
				const slack = 1e-9;
				expect(low).toBeLessThanOrEqual(value! + slack);
				expect(high).toBeGreaterThanOrEqual(value! - slack);
				expect(low).toBeGreaterThanOrEqual(Math.min(...values) - slack);
				expect(high).toBeLessThanOrEqual(Math.max(...values) + slack);
			}),
			runs,
		);
	});

	it('gives the same each time, whatever the order, and another interval with another seed', () => {
		fc.assert(
			fc.property(few, fc.integer({ min: 0, max: 99 }), (units, seed) => {
				const { interval } = bootstrap(units, weightedMean, seed);
				expect(bootstrap([...units].reverse(), weightedMean, seed).interval).toEqual(interval);
				expect(bootstrap(units, weightedMean, seed).interval).toEqual(interval);
			}),
			runs,
		);
		const units = plain(Array.from({ length: 30 }, (_, i) => Math.sin(i)));
		expect(bootstrap(units, weightedMean, 1)).not.toEqual(bootstrap(units, weightedMean, 2));
		expect(bootstrap(units, weightedMean)).toEqual(bootstrap(units, weightedMean, 0));
	});

	it('moves and stretches with the values: two multipliers are resampled alike', () => {
		const units = plain([3, 1, 4, 1, 5, 9, 2, 6]);
		const [low, high] = bootstrap(units, weightedMean).interval!;
		const moved = bootstrap(
			units.map((each) => ({ ...each, value: 2 * each.value + 1 })),
			weightedMean,
		).interval!;
		expect(moved[0]).toBeCloseTo(2 * low + 1, 10);
		expect(moved[1]).toBeCloseTo(2 * high + 1, 10);
	});

	it('has the width that the binomial distribution says, of a share', () => {
		const units = plain(Array.from({ length: 100 }, (_, i) => Number(i < 50)));
		const { value, interval } = bootstrap(units, weightedMean);
		expect(value).toBe(0.5);
		// 1.96 standard errors of 0.05 each way, and steps of 0.01.
		expect(interval![0]).toBeCloseTo(0.402, 1);
		expect(interval![1]).toBeCloseTo(0.598, 1);
		expect(interval![1] - interval![0]).toBeGreaterThan(0.17);
		expect(interval![1] - interval![0]).toBeLessThan(0.22);
	});

	it('of one unit is that unit, and of nothing is nothing', () => {
		expect(bootstrap(plain([7]), weightedMean)).toEqual({ value: 7, interval: [7, 7] });
		expect(bootstrap([], weightedMean)).toEqual({ value: null, interval: null });
		expect(bootstrap([{ key: 'a', value: 3, weight: 0 }], weightedMean)).toEqual({ value: null, interval: null });
		expect(bootstrap(plain([1, Number.NaN]), weightedMean)).toEqual({ value: null, interval: null });
	});

	it('leaves out resamples without weight', () => {
		const units = [
			{ key: 'a', value: 5, weight: 0 },
			{ key: 'b', value: 2, weight: 3 },
		];
		expect(bootstrap(units, weightedMean)).toEqual({ value: 2, interval: [2, 2] });
	});

	it('asks for the statistic once, and once for each resample', () => {
		let asked = 0;
		bootstrap(plain([1, 2]), () => ++asked);
		expect(asked).toBe(1 + RESAMPLES);
	});
});

it('means are weighted, and perplexity is e to the mean', () => {
	const units = [
		{ key: 'a', value: Math.log(2), weight: 3 },
		{ key: 'b', value: Math.log(16), weight: 1 },
	];
	expect(weightedMean(units)).toBeCloseTo((3 * Math.log(2) + Math.log(16)) / 4, 12);
	// 2^3 * 16 = 2^7 over four tokens.
	expect(perplexity(units)).toBeCloseTo(2 ** (7 / 4), 12);
});
