import {
	FLOAT32_EPSILON,
	fitLeace,
	type LeaceFit,
	LeaceFitter,
	type LeaceOptions,
	type Rows,
} from '@steering/core/erasure';
import { lowRankProduct } from '@steering/core/interventions';
import { labelsOf, type MathProblem, type MathVariant, pickRows, rowsOf } from './math-problem.js';
import type { Report } from './report.js';
import { floatsOf, type Tensors } from './tensors.js';
import { MATH_TOLERANCES } from './tolerances.js';
import { relativeError, Worst } from './worst.js';

/** The trace constraint is no option here: in exact arithmetic it never binds (SPEC 1.5). */
function optionsOf({ args }: MathVariant): LeaceOptions {
	return { method: args.method, shrinkage: args.shrinkage, affine: args.affine, svdTolerance: args.svd_tol };
}

/** Every variant of LEACE, orth, and of how they are fed, of one problem. */
export async function checkMathLeace(
	name: string,
	problem: MathProblem,
	tensors: Tensors,
	report: Report,
): Promise<void> {
	const x = rowsOf(tensors, 'X');
	const z = floatsOf(tensors, 'Z');
	const k = z.length / x.rows;
	for (const [variant, described] of Object.entries(problem.variants)) {
		const isCutOff = described.args.shrinkage === false;
		await report.attempt(name, () => {
			const fit = fitLeace(x, z, optionsOf(described));
			const tolerance = isCutOff ? MATH_TOLERANCES.cutOff : MATH_TOLERANCES.float64;
			compareFit(name, variant, fit, x, tensors, tolerance, report);
		});
	}
	await report.attempt(name, () => {
		const fitter = new LeaceFitter(x.width, k);
		const third = Math.ceil(x.rows / 3);
		for (let from = 0; from < x.rows; from += third) {
			const rows = Array.from({ length: Math.min(third, x.rows - from) }, (_, i) => from + i);
			fitter.update(pickRows(x, rows), z.subarray(from * k, (from + rows.length) * k));
		}
		compareFit(name, 'leace_incremental3', fitter.fit(), x, tensors, MATH_TOLERANCES.float64, report);
	});
	await report.attempt(name, () => checkOneHot(name, x, tensors, report));
}

function checkOneHot(name: string, x: Rows, tensors: Tensors, report: Report): void {
	const labels = labelsOf(tensors, x.rows);
	const classes = Math.max(...labels) + 1;
	const oneHot = new Float64Array(x.rows * classes);
	for (const [row, label] of labels.entries()) oneHot[row * classes + label] = 1;
	compareFit(name, 'f64_onehot', fitLeace(x, oneHot), x, tensors, MATH_TOLERANCES.float64, report);
	const fitter = new LeaceFitter(x.width, classes, { epsilon: FLOAT32_EPSILON });
	for (let row = 0; row < x.rows; row++) {
		fitter.update(pickRows(x, [row]), oneHot.subarray(row * classes, (row + 1) * classes));
	}
	compareFit(name, 'f32_onehot_rowwise', fitter.fit(), x, tensors, MATH_TOLERANCES.float32, report);
}

function compareFit(
	name: string,
	variant: string,
	fit: LeaceFit,
	x: Rows,
	tensors: Tensors,
	tolerance: number,
	report: Report,
): void {
	const { eraser, mean, crossCovariance } = fit;
	const { width, rank } = eraser;
	const product = lowRankProduct(eraser.projLeft, eraser.projRight, width, rank);
	const found: Record<string, () => ArrayLike<number>> = {
		X_erased: () => eraser.erase(x),
		X_new_erased: () => eraser.erase(rowsOf(tensors, 'X_new')),
		P: () => product.map((value, i) => (i % (width + 1) === 0 ? 1 - value : -value)),
		sigma_xz: () => crossCovariance.map((_, i) => crossCovariance[(i % rank) * width + Math.floor(i / rank)]!),
		mean_x: () => mean,
		bias: () => eraser.bias ?? [],
	};
	const worst = new Worst();
	for (const [part, numbers] of Object.entries(found)) {
		const key = `${variant}.${part}`;
		if (tensors.has(key)) worst.add(relativeError(numbers(), floatsOf(tensors, key)), () => key);
	}
	if (tensors.has(`${variant}.proj_left`)) {
		const right = floatsOf(tensors, `${variant}.proj_right`);
		const theirs = lowRankProduct(floatsOf(tensors, `${variant}.proj_left`), right, width, right.length / width);
		worst.add(relativeError(product, theirs), () => `${variant}.proj_left proj_right`);
	}
	if (worst.count > 0) report.within(name, variant, worst, tolerance, `${worst.count} tensors`);
}
