import { cpus } from 'node:os';
import { expect, it } from 'vitest';
import { maySpin, othersAtWork } from './spinning.js';

it('threads spin on idle cores only, unless the environment decides', () => {
	const cores = cpus().length;
	expect(maySpin({}, 0)).toBe(true);
	expect(maySpin({}, cores)).toBe(false);
	expect(maySpin({ STEERING_SPIN: '1' }, cores)).toBe(true);
	expect(maySpin({ STEERING_SPIN: '0' }, 0)).toBe(false);
	expect(() => maySpin({ STEERING_SPIN: 'yes' })).toThrow('STEERING_SPIN is yes');
});

it('what this process does itself is not counted as work of others', () => {
	const start = { at: 1000, busy: 50_000, own: 300 };
	expect(othersAtWork(start, { at: 2000, busy: 51_500, own: 1700 })).toBeCloseTo(0.1);
	expect(othersAtWork(start, { at: 2000, busy: 51_500, own: 300 })).toBeCloseTo(1.5);
	expect(othersAtWork(start, { at: 2000, busy: 51_000, own: 1400 })).toBe(0);
});
