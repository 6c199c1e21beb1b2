import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isAtLeast } from './runtime.js';

it('compares versions number by number', () => {
	expect([isAtLeast('20.17.0', '20.17'), isAtLeast('20.9.5', '20.17'), isAtLeast('22.0.0', '20.17')]).toEqual([
		...[true, false, true],
	]);
	const version = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30));
	fc.assert(
		fc.property(version, version, (a, b) => {
			const value = ([major, minor, patch]: number[]) => major! * 1e6 + minor! * 1e3 + patch!;
			expect(isAtLeast(a.join('.'), b.join('.'))).toBe(value(a) >= value(b));
		}),
	);
});
