import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeHtml, jsonForScript } from './escape.js';

const text = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc.constantFrom('</script>', '<!--', '<script>', '\u2028\u2029', ']]>', '&lt;'),
);

it('JSON for a script element reads back the same, and holds nothing that HTML would read', () => {
	fc.assert(
		fc.property(fc.array(text), (given) => {
			const json = jsonForScript(given);
			expect(json).not.toMatch(/[<>&\u2028\u2029]/);
			expect(JSON.parse(json)).toEqual(given);
		}),
	);
});

it('HTML of a text holds no markup', () => {
	fc.assert(
		fc.property(text, (given) => {
			const html = escapeHtml(given);
			expect(html).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
		}),
	);
	expect(escapeHtml('a < b & "c"')).toBe('a &lt; b &amp; &quot;c&quot;');
});
