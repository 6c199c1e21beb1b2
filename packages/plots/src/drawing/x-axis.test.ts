import { expect, it } from 'vitest';
import { pointScale, xDomain, xTicks } from './x-axis.js';

const settings = { dataset: 'prompts', residual: false, layer: 3 } as const;

it("has the reference's limits for prompts, and 5% around the multipliers otherwise", () => {
	expect(xDomain({ ...settings, residual: true }, [-1, 0.5])).toEqual([-1.5, 1]);
	expect(xDomain({ ...settings, residual: true, layer: 'all' }, [0])).toEqual([-1.5, 1]);
	expect(xDomain({ ...settings, layer: 'all' }, [-0.2, 0.2])).toEqual([-0.25, 0.2]);
	expect(xDomain(settings, [-2, 2])).toEqual([-2.2, 2.2]);
	expect(xDomain({ ...settings, dataset: 'ab', layer: 'all' }, [-10, 10])).toEqual([-11, 11]);
});

it('widens the limits rather than cutting multipliers off', () => {
	expect(xDomain({ ...settings, layer: 'all' }, [-2, 0, 2])).toEqual([-2.2, 2.2]);
	expect(xDomain({ ...settings, residual: true }, [-1, 3])).toEqual([-1.5, 3.2]);
});

it('gives one multiplier an axis around it', () => {
	expect(xDomain(settings, [0])).toEqual([-0.5, 0.5]);
	expect(xDomain(settings, [-4, -4])).toEqual([-6, -2]);
});

it('puts ticks at the multipliers while their labels have room', () => {
	expect(xTicks([1, -0, 0, -1], [-1.1, 1.1])).toEqual([-1, 0, 1]);
	expect(xTicks([-4, -0.1, 0, 4], [-4.4, 4.4])).toBeUndefined();
	expect(xTicks([2], [1, 3])).toEqual([2]);
});

it('shrinks crowded points', () => {
	const many = Array.from({ length: 61 }, (_, index) => index);
	expect(pointScale(many, [-3, 63])).toBeLessThan(1);
	expect(pointScale([0, 1, 2], [-0.1, 2.1])).toBe(1);
	expect(pointScale([0], [-1, 1])).toBe(1);
});
