import type { Activations } from '@steering/core/erasure';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plantedClasses } from '../../../test/planted-classes.js';
import { geometryOf } from './layer-geometry.js';

it('shows planted classes apart along the first component, the positives right', () => {
	fc.assert(
		fc.property(fc.integer(), fc.integer({ min: 1, max: 80 }), (seed, width) => {
			const { distance, projection } = geometryOf(plantedClasses({ rows: 30, width, distance: 40, seed }), true);
			const { points, means, explained } = projection!;
			expect(Math.min(...points.positive.map(([x]) => x))).toBeGreaterThan(
				Math.max(...points.negative.map(([x]) => x)),
			);
			expect((means.positive[0] - means.negative[0]) / distance).toBeCloseTo(1, 2);
			expect(means.positive[1]).toBeGreaterThanOrEqual(means.negative[1]);
			expect(explained[0]).toBeGreaterThan(explained[1]);
			if (width === 1) expect(points.positive.every(([, y]) => y === 0)).toBe(true);
		}),
		{ numRuns: 30 },
	);
});

it('gives the same picture when all activations are mirrored', () => {
	fc.assert(
		fc.property(fc.integer(), (seed) => {
			const classes = plantedClasses({ rows: 10, width: 6, distance: 3, wide: 4, seed });
			const mirrored = (side: Activations) => ({ ...side, data: side.data.map((value) => -value) });
			const [a, b] = [
				geometryOf(classes, true),
				geometryOf({ positive: mirrored(classes.positive), negative: mirrored(classes.negative) }, true),
			];
			a.projection!.points.positive.forEach(([x, y], index) => {
				expect(b.projection!.points.positive[index]![0]).toBeCloseTo(x, 4);
				expect(b.projection!.points.positive[index]![1]).toBeCloseTo(y, 4);
			});
		}),
		{ numRuns: 30 },
	);
});

const side = (name: string, width: number, ...data: number[]): Activations => {
	return { name, data: Float32Array.from(data), rows: data.length / width, width };
};

it('draws one example a class, and examples that are all the same', () => {
	const one = geometryOf({ positive: side('p', 2, 3, 0), negative: side('n', 2, 0, 0) }, true);
	expect(one).toMatchObject({ dPrime: null, distance: 3, counts: { positive: 1, negative: 1 } });
	expect(one.projection!.explained[0]).toBeCloseTo(1, 12);
	expect(one.projection!.explained[1]).toBe(0);
	expect(one.projection!.means.positive[0]).toBeCloseTo(1.5);
	const same = geometryOf({ positive: side('p', 1, 2, 2), negative: side('n', 1, 2, 2) }, true);
	expect(same).toMatchObject({ accuracy: null, distance: 0, projection: { explained: [0, 0] } });
	expect(same.projection!.points.positive).toEqual([
		[0, 0],
		[0, 0],
	]);
});

it('refuses what is no activations, naming the file', () => {
	const fine = side('n.safetensors', 2, 1, 2);
	const refusal = (positive: Activations) => {
		try {
			geometryOf({ positive, negative: fine }, true);
			return expect.fail('was accepted');
		} catch (error) {
			return error;
		}
	};
	for (const bad of [
		side('p.safetensors', 2, 1, Number.NaN),
		side('p.safetensors', 3, 1, 2, 3),
		side('p.safetensors', 2),
	]) {
		expect(refusal(bad)).toMatchObject({ code: 'ERR_BAD_FILE', message: expect.stringContaining('p.safetensors') });
	}
});
