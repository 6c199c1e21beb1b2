import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textWidth, wrapText } from './text-width.js';

it('measures with the font that is drawn', () => {
	expect(textWidth('iiii', 12)).toBeLessThan(textWidth('MMMM', 12) / 2);
	expect(textWidth('Refusal', 24)).toBeCloseTo(2 * textWidth('Refusal', 12));
	expect(textWidth('Refusal', 12, 600)).toBeGreaterThan(textWidth('Refusal', 12, 400));
	expect(textWidth('a b', 12)).toBeGreaterThan(textWidth('ab', 12));
	expect(textWidth('', 12)).toBe(0);
	// Inter's advance of "M" is 0.9 em, which a guess of 0.8 would get wrong.
	expect(textWidth('M'.repeat(10), 10)).toBeCloseTo(87, -1);
});

it('escapes what XML would trip over', () => {
	expect(textWidth('<a & b>', 12)).toBeGreaterThan(textWidth('a b', 12));
	expect(textWidth('\u0000', 12)).toBeGreaterThanOrEqual(0);
});

it('breaks lines that fit and loses nothing but spaces', () => {
	const phrases = fc.array(fc.stringMatching(/^[a-z]{1,40}([ /_-][A-Z]{1,40}){0,3}$/), { minLength: 1, maxLength: 4 });
	fc.assert(
		fc.property(phrases, (given) => {
			const lines = wrapText(given, ' · ', 120, 12);
			for (const line of lines) expect(textWidth(line, 12)).toBeLessThanOrEqual(120);
			const letters = (text: string) => text.replace(/[\s·]/g, '');
			expect(letters(lines.join(''))).toBe(letters(given.join('')));
		}),
		{ numRuns: 25 },
	);
});
