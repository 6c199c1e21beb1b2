import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quoteFloats } from './python-json.js';

it('quotes floats in arrays of scores and nowhere else', () => {
	const piece = fc.constantFrom(
		...['"', '"scores"', '"num_scores"', '\\"scores\\"', '"my_scores"', 'scores', ' ', '\n', ':', '[', ']', ','],
		...['"scores": [', '"num_scores":[', '7.0', '-1e5', 'NaN', '-Infinity', '12', 'true'],
	);
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
			const text = pieces.join('');
			const floats = /-?(?:NaN|Infinity|\d+(?:\.\d+)?[eE][+-]?\d+|\d+\.\d+)/g;
			const arrays = /"(?:num_)?scores"\s*:\s*\[[^\]"]*\]/g;
			expect(quoteFloats(text)).toBe(text.replace(arrays, (array) => array.replace(floats, '"$&"')));
		}),
		{ numRuns: 2000 },
	);
});
