import fc from 'fast-check';
import { expect, it } from 'vitest';
import { separate } from './line-labels.js';

const heights = fc.array(fc.integer({ min: 0, max: 360 }), { minLength: 1, maxLength: 12 });

it('keeps labels apart, in order and in the picture', () => {
	fc.assert(
		fc.property(heights, (wanted) => {
			const placed = separate(wanted, 20, [0, 360]);
			for (const [i, height] of placed.entries()) {
				expect(height).toBeGreaterThanOrEqual(0);
				expect(height).toBeLessThanOrEqual(360);
				for (const [j, other] of placed.entries()) {
					if (i === j) continue;
					expect(Math.abs(height - other)).toBeGreaterThanOrEqual(20);
					if (wanted[i]! < wanted[j]!) expect(height).toBeLessThan(other);
				}
			}
		}),
	);
});

it('does not move labels that have room', () => {
	expect(separate([200, 100, 120], 20, [0, 360])).toEqual([200, 100, 120]);
});
