import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contrast, mixColors } from './mix-colors.js';

const color = fc.integer({ min: 0, max: 0xffffff }).map((rgb) => `#${rgb.toString(16).padStart(6, '0')}`);

it('goes from one colour to the other', () => {
	expect(mixColors('#000000', '#ff8040', 0.5)).toBe('#804020');
	fc.assert(
		fc.property(color, color, (from, to) => {
			expect(mixColors(from, to, 0)).toBe(from);
			expect(mixColors(from, to, 1)).toBe(to);
		}),
	);
});

it('measures contrast as WCAG does', () => {
	expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
	expect(contrast('rgb(255, 255, 255)', '#767676')).toBeCloseTo(4.54, 2);
	fc.assert(fc.property(color, color, (a, b) => contrast(a, b) === contrast(b, a)));
});
