import { expect, it } from 'vitest';
import { rowsThatFit } from './rows-that-fit.js';

it('takes a quarter of the memory for the cache, and one row however little there is', () => {
	const info = { cacheBytesPerToken: 1000 };
	expect(rowsThatFit(info, 100, 4 * 64 * 100_000)).toBe(64);
	expect(rowsThatFit(info, 101, 4 * 64 * 100_000)).toBe(63);
	expect(rowsThatFit(info, 1e6, 1e6)).toBe(1);
	expect(rowsThatFit(info, 100)).toBeGreaterThan(100);
});
