import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evenlyChosen } from './evenly-chosen.js';

it('takes the first, the last and the one to keep, in order and no more than asked for', () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 3, max: 14 }), fc.nat(89), (count, limit, kept) => {
			const items = Array.from({ length: count }, (_, index) => index);
			const chosen = evenlyChosen(items, limit, (item) => item === kept);
			expect(chosen).toHaveLength(Math.min(count, limit));
			expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
			expect([chosen[0], chosen.at(-1)]).toEqual([0, count - 1]);
			if (kept < count) expect(chosen).toContain(kept);
		}),
	);
});
