import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mean, percentile } from './percentile.js';

// Sums with 0 have one zero only: which of two zeros sorting puts first is nobody's concern.
const value = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((number) => number + 0);
const sample = fc.array(value, { minLength: 1, maxLength: 50 });

it('interpolates between order statistics', () => {
	expect(percentile([4, 1, 3, 2], 25)).toBe(1.75);
	expect(percentile([4, 1, 3, 2], 50)).toBe(2.5);
	expect(percentile([7], 75)).toBe(7);
});

it('is monotone in q, ends at the extremes and does not look at the order', () => {
	fc.assert(
		fc.property(sample, fc.nat(100), fc.nat(100), (values, p, q) => {
			expect(percentile(values, 0)).toBe(Math.min(...values));
			expect(percentile(values, 100)).toBe(Math.max(...values));
			expect(percentile(values, Math.min(p, q))).toBeLessThanOrEqual(percentile(values, Math.max(p, q)));
			expect(percentile([...values].reverse(), q)).toBe(percentile(values, q));
		}),
	);
});

it('has no answer for nothing', () => {
	expect(() => mean([])).toThrow(RangeError);
	expect(() => percentile([], 25)).toThrow(RangeError);
});
