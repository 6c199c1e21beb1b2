import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode } from '../src/page/decode.js';

const encode = (value: unknown) => deflateRawSync(JSON.stringify(value)).toString('base64');

test('gives back what was written, whatever the letters', async () => {
	const value = fc.array(fc.string({ unit: 'grapheme' }));
	await fc.assert(
		fc.asyncProperty(value, async (texts) => {
			expect(await decode(`\n${encode(texts)}\n`)).toEqual(texts);
		}),
		{ numRuns: 50 },
	);
});

test('data cut short is an error', async () => {
	const text = encode(Array.from({ length: 1000 }, (_, i) => i));
	await expect(decode(text.slice(0, 400))).rejects.toThrow();
});
