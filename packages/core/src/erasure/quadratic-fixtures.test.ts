import { describe, expect, it } from 'vitest';
import { float64, mathProblems, mathTensors, pickRows, relativeError, rowsOf } from '../../test/math-fixtures.js';
import { needsShared, type Tensors } from '../../test/shared-fixtures.js';
import { barycenter } from './barycenter.js';
import { Covariance } from './covariance.js';
import { fitQuadratic, fitQuadraticLda, QuadraticFitter, type Rows, type TransportMap } from './index.js';
import { rootsOf, squareRoot, transportOperator, wassersteinDistance } from './optimal-transport.js';

/** T as a matrix: where it takes the basis vectors, less where it takes 0. */
function matrixOf(map: TransportMap): Float64Array {
	const { width } = map;
	const basis = Float64Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0));
	const zero = map.apply({ data: new Float64Array(width), rows: 1, width });
	return map.apply({ data: basis, rows: width, width }).map((value, i) => value - zero[i % width]!);
}

function slices(tensors: Tensors, name: string, count: number): Float64Array[] {
	const all = float64(tensors, name);
	const length = all.length / count;
	return Array.from({ length: count }, (_, i) => all.slice(i * length, (i + 1) * length));
}

function labelled(tensors: Tensors): { labels: number[]; groups: Rows[] } {
	const labels = [...float64(tensors, 'labels')];
	const x = rowsOf(tensors, 'X');
	const groups = Array.from({ length: Math.max(...labels) + 1 }, (_, label) =>
		pickRows(
			x,
			labels.flatMap((found, row) => (found === label ? [row] : [])),
		),
	);
	return { labels, groups };
}

/** Without fixtures there is nothing to go through: a skip says so. */
if (needsShared) it.skip(`quadratic methods on the math fixtures${needsShared}`, () => {});

describe.each(mathProblems)(`quadratic editor on math/$file${needsShared}`, ({ file, D }) => {
	it.each(['quad', 'quad_noshrink'])('%s', async (variant) => {
		const tensors = await mathTensors(file);
		const shrinkage = variant === 'quad';
		const limit = shrinkage ? 1e-8 : 1e-6;
		// The data have no part in the directions that are cut off, where a map's entries amplify rounding.
		const mapLimit = shrinkage ? 1e-8 : 1e-5;
		const { labels, groups } = labelled(tensors);
		const count = groups.length;
		const fitter = new QuadraticFitter(D, count, { shrinkage });
		groups.forEach((rows, group) => {
			fitter.update(rows, group);
		});
		const editor = fitter.editor();
		const maps = slices(tensors, `${variant}.ot_maps`, count * count);
		slices(tensors, `${variant}.class_means`, count).forEach((mean, i) => {
			expect(relativeError(editor.classes[i]!.mean, mean)).toBeLessThan(1e-12);
		});
		for (let target = 0; target < count; target++) {
			const edited = rowsOf(tensors, `${variant}.X_edit_to_${target}`);
			for (let source = 0; source < count; source++) {
				const own = labels.flatMap((label, row) => (label === source ? [row] : []));
				const moved = editor.transport(groups[source]!, source, target);
				expect(relativeError(moved, pickRows(edited, own).data)).toBeLessThan(limit);
				expect(relativeError(matrixOf(editor.map(source, target)), maps[source * count + target]!)).toBeLessThan(
					mapLimit,
				);
			}
		}

		const eraser = fitter.eraser();
		expect(relativeError(eraser.globalMean, float64(tensors, `${variant}.eraser.global_mean`))).toBeLessThan(1e-12);
		const erased = eraser.erase(rowsOf(tensors, 'X'), labels);
		expect(relativeError(erased, float64(tensors, `${variant}.eraser.X_erased`))).toBeLessThan(limit);
		slices(tensors, `${variant}.eraser.ot_maps`, count).forEach((map, i) => {
			expect(relativeError(matrixOf(eraser.maps[i]!), map)).toBeLessThan(mapLimit);
		});
	});
});

const binary = mathProblems.filter(({ k }) => k === 1);

describe.each(binary)(`steering's quadratic methods on math/$file${needsShared}`, ({ file }) => {
	it('quad', async () => {
		const tensors = await mathTensors(file);
		const [negatives, positives] = labelled(tensors).groups as [Rows, Rows];
		const editor = fitQuadratic(positives, negatives);
		const maps = slices(tensors, 'quad3.ot_maps', 9);
		maps.forEach((map, i) => {
			expect(relativeError(matrixOf(editor.map(Math.floor(i / 3), i % 3)), map)).toBeLessThan(1e-8);
		});
		for (const target of [0, 1, 2]) {
			const moved = editor.transport(rowsOf(tensors, 'X_new'), 2, target);
			expect(relativeError(moved, float64(tensors, `quad3.X_new_2_to_${target}`))).toBeLessThan(1e-8);
		}
	});

	it('quadlda', async () => {
		const tensors = await mathTensors(file);
		const [negatives, positives] = labelled(tensors).groups as [Rows, Rows];
		const fit = fitQuadraticLda(positives, negatives);
		expect(relativeError(fit.lda, float64(tensors, 'quadlda.lda'))).toBeLessThan(1e-8);
		expect(relativeError([fit.threshold], float64(tensors, 'quadlda.threshold'))).toBeLessThan(1e-8);
		const unseen = rowsOf(tensors, 'X_new');
		expect([...fit.classify(unseen)]).toEqual([...float64(tensors, 'quadlda.sources_new')]);
		for (const target of [0, 1]) {
			const moved = fit.transport(unseen, target);
			expect(relativeError(moved, float64(tensors, `quadlda.X_new_to_${target}`))).toBeLessThan(1e-8);
		}
	});
});

describe.skipIf(needsShared)(`optimal transport between given covariances${needsShared}`, () => {
	it.each([0, 1, 2])('problem %i', async (index) => {
		const tensors = await mathTensors('optimal_transport.safetensors');
		const stored = (name: string) => float64(tensors, `${index}.${name}`);
		const covariance = (name: string) => {
			const size = Math.sqrt(stored(name).length);
			return new Covariance({ data: stored(name), rows: size, columns: size }, 0, size);
		};
		const [a, b, c] = ['A', 'B', 'C'].map(covariance) as [Covariance, Covariance, Covariance];
		expect(relativeError(squareRoot(a.core).data, stored('sqrt_A'))).toBeLessThan(1e-7);
		const inverseRoot = a.withEigenvalues(rootsOf(a).inverse).core;
		expect(relativeError(inverseRoot.data, stored('rsqrt_A'))).toBeLessThan(1e-7);
		expect(relativeError(transportOperator(a, b).core.data, stored('map_A_to_B'))).toBeLessThan(1e-6);
		expect(wassersteinDistance(a, b)).toBeCloseTo(stored('dist_AB')[0]!, 7);
		const centers: [string, Covariance][] = [
			['midpoint_AB', barycenter([a, b], [0.5, 0.5])],
			['midpoint_AB_w0.3_0.7', barycenter([a, b], [0.3, 0.7])],
			['barycenter_ABC', barycenter([a, b, c], [1, 1, 1])],
			['barycenter_ABC_w125', barycenter([a, b, c], [1, 2, 5])],
		];
		// B of problem 1 is singular: where the loss stops falling by an epsilon, the iterate still moves by its square root.
		const iterated = index === 1;
		for (const [name, { core }] of centers)
			expect(relativeError(core.data, stored(name)), name).toBeLessThan(
				iterated && name.startsWith('barycenter') ? 1e-5 : 1e-6,
			);
	});
});
