import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { maySpin } from './spinning.js';

it('threads spin on idle cores only, unless the environment decides', () => {
	const cores = availableParallelism();
	expect(maySpin({}, 0)).toBe(true);
	expect(maySpin({}, cores)).toBe(false);
	expect(maySpin({ STEERING_SPIN: '1' }, cores)).toBe(true);
	expect(maySpin({ STEERING_SPIN: '0' }, 0)).toBe(false);
	expect(() => maySpin({ STEERING_SPIN: 'yes' })).toThrow('STEERING_SPIN is yes');
});
