import type { Activations } from '@steering/core/erasure';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gaussians, plantedClasses } from '../../../test/planted-classes.js';
import { classSeparation } from './class-separation.js';

const rows = (...values: number[][]): Activations => {
	return { data: Float32Array.from(values.flat()), rows: values.length, width: values[0]!.length };
};

it('recovers the planted distance in units of the standard deviation', () => {
	for (const distance of [1, 3, 8]) {
		const { positive, negative } = plantedClasses({ rows: 4000, width: 3, distance });
		const { dPrime, accuracy, examples } = classSeparation(positive, negative);
		expect(dPrime! / distance).toBeCloseTo(1, 1);
		expect(accuracy).toBeGreaterThan(distance === 1 ? 0.67 : 0.92);
		expect(examples).toBe(8000);
	}
});

it('finds nothing in classes that do not differ, however many dimensions there are', () => {
	const runs = Array.from({ length: 200 }, (_, seed) => {
		const { positive, negative } = plantedClasses({ rows: 10, width: 200, distance: 0, seed });
		return classSeparation(positive, negative);
	});
	const average = (pick: (run: (typeof runs)[number]) => number) => runs.reduce((sum, run) => sum + pick(run) / 200, 0);
	expect(Math.abs(average(({ accuracy }) => accuracy!) - 0.5)).toBeLessThan(0.04);
	expect(Math.abs(average(({ dPrime }) => dPrime!))).toBeLessThan(0.15);
});

/** Rows reflected at the plane orthogonal to a random direction. */
function reflected({ data, rows, width }: Activations, seed: number): Activations {
	const normal = Array.from({ length: width }, gaussians(seed));
	const square = normal.reduce((sum, value) => sum + value ** 2, 0);
	const moved = Float32Array.from(data);
	for (let row = 0; row < rows; row++) {
		const own = moved.subarray(row * width, (row + 1) * width);
		const along = own.reduce((sum, value, i) => sum + value * normal[i]!, 0);
		for (let i = 0; i < width; i++) own[i]! -= (2 * along * normal[i]!) / square;
	}
	return { data: moved, rows, width };
}

it('stays the same when all activations are rotated, moved or scaled, and when the classes change places', () => {
	fc.assert(
		fc.property(
			fc.integer(),
			fc.double({ min: 0.1, max: 50, noNaN: true }),
			fc.integer({ min: 2, max: 12 }),
			(seed, factor, width) => {
				const { positive, negative } = plantedClasses({ rows: 12, width, distance: 4, seed });
				const { dPrime } = classSeparation(positive, negative);
				const moved = [positive, negative].map((side) => {
					const turned = reflected(reflected(side, seed + 1), seed + 2);
					return { ...turned, data: turned.data.map((value) => factor * value + 3) };
				});
				expect(classSeparation(moved[0]!, moved[1]!).dPrime).toBeCloseTo(dPrime!, 2);
				expect(classSeparation(negative, positive).dPrime).toBeCloseTo(dPrime!, 10);
			},
		),
		{ numRuns: 30 },
	);
});

it('says that it knows nothing of classes without two examples, or without a difference', () => {
	const nothing = { dPrime: null, accuracy: null, examples: 0 };
	expect(classSeparation(rows([1, 2]), rows([3, 4], [5, 6]))).toEqual(nothing);
	expect(classSeparation(rows([1, 2], [1, 2]), rows([1, 2], [1, 2]))).toEqual(nothing);
	// Told apart without fail, but nothing varies that the distance could be measured by.
	expect(classSeparation(rows([1], [1]), rows([0], [0]))).toEqual({ dPrime: null, accuracy: 1, examples: 4 });
});
