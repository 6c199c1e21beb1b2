import { describe, expect, it } from 'vitest';
import { contrast, distance, VISIONS, type Vision } from '../../test/color-vision.js';
import { type LineStyle, THEMES } from './theme.js';

/** WCAG 2's least for text, and for what carries a meaning without being text. */
const [TEXT, GRAPHICS] = [4.5, 3];
/** CIE distances: the two lines that are compared are far apart; settings' lines never look alike. */
const [LABELS_APART, SERIES_APART] = [60, 15];

describe.each(Object.values(THEMES))('$name theme', ({ background, ink, lines, series }) => {
	it('has text and lines that contrast with the background', () => {
		const styles = [...Object.values(lines), ...series];
		for (const color of [ink.text, ink.quiet, ...styles.map((style) => style.color)]) {
			expect(contrast(color, background), color).toBeGreaterThanOrEqual(TEXT);
		}
		expect(contrast(ink.axis, background)).toBeGreaterThanOrEqual(GRAPHICS);
		// Behind everything, and not to be taken for a line.
		expect(contrast(ink.grid, background)).toBeLessThan(1.5);
	});

	it.each(Object.keys(VISIONS) as Vision[])('keeps lines apart, seen with %s', (vision) => {
		expect(distance(lines.harmful.color, lines.harmless.color, vision)).toBeGreaterThan(LABELS_APART);
		for (const [i, a] of series.entries()) {
			for (const b of series.slice(i + 1)) {
				expect(distance(a.color, b.color, vision), `${a.color} ${b.color}`).toBeGreaterThan(SERIES_APART);
			}
		}
	});

	it('keeps lines apart in black and white, by dash and by shape', () => {
		for (const group of [[lines.harmful, lines.harmless], series]) {
			const different = (say: (style: LineStyle) => string) => new Set(group.map(say)).size;
			expect(different(({ dash }) => dash.join())).toBe(group.length);
			expect(different(({ shape }) => shape)).toBe(group.length);
		}
	});
});

it('computes what the definitions say', () => {
	expect(contrast('#000000', '#ffffff')).toBe(21);
	// WCAG's own example of the lightest grey that passes on white.
	expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
	expect(distance('#000000', '#ffffff', 'all')).toBeCloseTo(100, 3);
	// Red and green of one lightness: far apart, but not for a deuteranope.
	expect(distance('#d00000', '#6a6a00', 'deuteranopia')).toBeLessThan(distance('#d00000', '#6a6a00', 'all') / 2);
});
