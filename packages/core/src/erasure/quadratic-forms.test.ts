import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../../test/math-fixtures.js';
import { gaussians, randomProblem } from '../../test/random-problem.js';
import { CenteredRows } from './centered-rows.js';
import { QuadraticFitter } from './index.js';
import type { Matrix } from './linear-algebra/matrix.js';
import { momentsOf } from './moments.js';
import { classesOfMoments, classesOfRows } from './quadratic-classes.js';
import { QuadraticEditor } from './quadratic-editor.js';
import { QuadraticEraser } from './quadratic-eraser.js';

const MEMBERS = [[0], [1], [0, 1]];

// Around N = D, on either side, and with rows that span fewer dimensions than there are of either.
const shapes = fc.record({
	first: fc.integer({ min: 3, max: 12 }),
	second: fc.integer({ min: 3, max: 12 }),
	width: fc.integer({ min: 2, max: 24 }),
	span: fc.integer({ min: 1, max: 24 }),
	seed: fc.integer(),
});

type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function groupsOf({ first, second, width, span, seed }: Shape): Matrix[] {
	return [first, second].map((rows, i) => {
		const { x } = randomProblem({ rows, width, span, labelWidth: 1, seed: seed + i });
		return { data: x.data, rows, columns: width };
	});
}

function bothForms(groups: Matrix[], members: number[][]) {
	const width = groups[0]!.columns;
	const data = Float64Array.of(...groups[0]!.data, ...groups[1]!.data);
	const rows = groups[0]!.rows + groups[1]!.rows;
	const pooled = new CenteredRows({ data, rows, columns: width });
	const noLabels = (count: number) => ({ data: new Float64Array(0), rows: count, columns: 0 });
	return {
		all: { data, rows, width },
		low: classesOfRows(
			pooled,
			groups.map(({ rows: size }) => size),
			members,
			{},
		),
		dense: classesOfMoments(
			groups.map((group) => momentsOf([{ ...group, width }], noLabels(group.rows))),
			members,
			{},
		),
	};
}

describe('both forms of a quadratic fit are one', () => {
	it('editor', () => {
		fc.assert(
			fc.property(shapes, (shape) => {
				const { all, low, dense } = bothForms(groupsOf(shape), MEMBERS);
				const probe = {
					data: Float64Array.from({ length: 3 * all.width }, gaussians(shape.seed)),
					rows: 3,
					width: all.width,
				};
				const [ours, theirs] = [new QuadraticEditor(low), new QuadraticEditor(dense)];
				for (const [source, target] of [
					[2, 0],
					[2, 1],
					[2, 2],
					[0, 1],
					[1, 0],
				] as const) {
					for (const rows of [all, probe]) {
						const expected = theirs.transport(rows, source, target);
						expect(relativeError(ours.transport(rows, source, target), expected)).toBeLessThan(1e-6);
					}
				}
			}),
			{ numRuns: 60 },
		);
	});

	it('eraser, of two classes and of three', () => {
		fc.assert(
			fc.property(shapes, fc.constantFrom([[0], [1]], MEMBERS), (shape, members) => {
				const { all, low, dense } = bothForms(groupsOf(shape), members);
				const labels = Array.from({ length: all.rows }, (_, row) => row % members.length);
				const expected = new QuadraticEraser(dense).erase(all, labels);
				expect(relativeError(new QuadraticEraser(low).erase(all, labels), expected)).toBeLessThan(1e-5);
			}),
			{ numRuns: 25 },
		);
	});

	it('pieces that pass the width midway give what all at once does', () => {
		fc.assert(
			fc.property(shapes, fc.integer({ min: 1, max: 5 }), (shape, piece) => {
				const groups = groupsOf(shape);
				const width = shape.width;
				const whole = new QuadraticFitter(width, 2);
				const pieces = new QuadraticFitter(width, 2);
				groups.forEach(({ data, rows }, group) => {
					whole.update({ data, rows, width }, group);
					for (let from = 0; from < rows; from += piece) {
						const part = data.subarray(from * width, Math.min(from + piece, rows) * width);
						pieces.update({ data: part, rows: part.length / width, width }, group);
					}
				});
				const [x] = groups.map(({ data, rows }) => ({ data, rows, width }));
				const expected = whole.editor().transport(x!, 0, 1);
				expect(relativeError(pieces.editor().transport(x!, 0, 1), expected)).toBeLessThan(1e-7);
			}),
			{ numRuns: 60 },
		);
	});
});

it('the quadratic eraser leaves the classes one mean and one covariance', () => {
	const sizes = [30, 40, 50];
	const width = 5;
	const groups = sizes.map((rows, i) => randomProblem({ rows, width, span: 5, labelWidth: 1, seed: i }).x);
	const fitter = new QuadraticFitter(width, 3, { shrinkage: false });
	groups.forEach((rows, group) => {
		fitter.update(rows, group);
	});
	const eraser = fitter.eraser();
	const refit = new QuadraticFitter(width, 3, { shrinkage: false });
	groups.forEach((rows, group) => {
		const erased = eraser.erase(rows, new Array(rows.rows).fill(group));
		refit.update({ ...rows, data: erased }, group);
	});
	const [first, ...others] = refit.fit().classes;
	for (const { mean, covariance } of others) {
		expect(relativeError(mean, first!.mean)).toBeLessThan(1e-10);
		expect(relativeError(covariance.core.data, first!.covariance.core.data)).toBeLessThan(1e-8);
	}
	const [a, b] = fitter.fit().classes;
	expect(relativeError(a!.covariance.core.data, b!.covariance.core.data)).toBeGreaterThan(0.1);
});
