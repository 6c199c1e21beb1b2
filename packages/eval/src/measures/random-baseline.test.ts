import type { Intervention } from '@steering/core/interventions';
import { parseSettings, type SettingsInput } from '@steering/core/settings';
import { expect, it } from 'vitest';
import { norm, requireBaseline, withRandomDirections } from './random-baseline.js';

const at = (layer: number, scale: number, width = 400): Intervention => ({
	point: { layer, site: 'resid_post' },
	vector: Float32Array.from({ length: width }, (_, i) => scale * Math.sin(i + layer)),
	toks: 'after',
});
const cosine = (a: Float32Array, b: Float32Array) =>
	a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (norm(a) * norm(b));

it('has the norm and the tokens of what it replaces, and no direction in common', () => {
	const given = [at(1, 2), at(2, 0.1)];
	const made = withRandomDirections(given, 0.5, 0);
	for (const [i, { vector, point, toks }] of made.entries()) {
		expect(norm(vector)).toBeCloseTo(norm(given[i]!.vector), 4);
		expect({ point, toks }).toEqual({ point: given[i]!.point, toks: 'after' });
		// Of 400 dimensions: four standard deviations.
		expect(Math.abs(cosine(vector, given[i]!.vector))).toBeLessThan(0.2);
	}
	expect(Math.abs(cosine(made[0]!.vector, made[1]!.vector))).toBeLessThan(0.2);
});

it('is the same each time, one direction a layer, turned round with the multiplier', () => {
	const [once] = withRandomDirections([at(1, 1)], 1, 0);
	expect(withRandomDirections([at(1, 1)], 1, 0)).toEqual([once]);
	const [turned] = withRandomDirections([at(1, 2)], -2, 0);
	expect(cosine(once!.vector, turned!.vector)).toBeCloseTo(-1, 6);
	expect(norm(turned!.vector)).toBeCloseTo(2 * norm(once!.vector), 4);
	const [other] = withRandomDirections([at(1, 1)], 1, 1);
	expect(Math.abs(cosine(once!.vector, other!.vector))).toBeLessThan(0.2);
});

it('keeps maps, and what is nothing stays nothing', () => {
	const map = { center: new Float32Array(4), left: new Float32Array(4), right: new Float32Array(4), rank: 1 };
	const [made] = withRandomDirections([{ ...at(0, 0, 4), map }], 0, 3);
	expect(made!.map).toBe(map);
	expect([...made!.vector].map(Math.abs)).toEqual([0, 0, 0, 0]);
});

it.each<[SettingsInput, RegExp]>([
	[{ leace: 'quad' }, /with --leace quad: it adds no vector/],
	[{ leace: 'quadlda' }, /with --leace quadlda: it adds no vector/],
	[{ leace: 'leace', scrub: true, residual: true, layer: 'all' }, /with --scrub: its vectors are fitted/],
])('is refused where no direction can be replaced: %j', (input, message) => {
	expect(() => requireBaseline(parseSettings(input))).toThrow(message);
});

it('is for vectors, erased or not', () => {
	for (const leace of [null, 'leace', 'orth'] as const)
		expect(() => requireBaseline(parseSettings({ leace }))).not.toThrow();
});
