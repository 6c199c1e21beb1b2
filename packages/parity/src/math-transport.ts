import { barycenter, Covariance, rootsOf, transportOperator, wassersteinDistance } from '@steering/core/erasure';
import { SteeringError } from '@steering/core/errors';
import type { Report } from './report.js';
import { floatsOf, type Tensors } from './tensors.js';
import { MATH_TOLERANCES } from './tolerances.js';
import { relativeError, Worst } from './worst.js';

/** Barycentres of A and B, or of A, B and C, by the name of their tensor. */
const CENTERS: readonly { name: string; weights: readonly number[] }[] = [
	{ name: 'midpoint_AB', weights: [0.5, 0.5] },
	{ name: 'midpoint_AB_w0.3_0.7', weights: [0.3, 0.7] },
	{ name: 'barycenter_ABC', weights: [1, 1, 1] },
	{ name: 'barycenter_ABC_w125', weights: [1, 2, 5] },
];

/** Optimal transport between given covariances, problem by problem: `0.A`, `0.B`, `0.C` and what the reference makes of them. */
export function checkMathTransport(name: string, tensors: Tensors, report: Report): void {
	const problems = new Set([...tensors.keys()].map((key) => key.split('.')[0]!));
	for (const problem of problems) checkProblem(name, problem, tensors, report);
}

function checkProblem(name: string, problem: string, tensors: Tensors, report: Report): void {
	const given = ['A', 'B', 'C'].map((letter) => covarianceOf(tensors, `${problem}.${letter}`));
	const [a, b] = given as [Covariance, Covariance];
	const closed = new Worst();
	const iterated = new Worst();
	const compare = (worst: Worst, part: string, found: ArrayLike<number>) => {
		const key = `${problem}.${part}`;
		if (tensors.has(key)) worst.add(relativeError(found, floatsOf(tensors, key)), () => key);
	};
	const { roots, inverse } = rootsOf(a);
	compare(closed, 'sqrt_A', a.withEigenvalues(roots).core.data);
	compare(closed, 'rsqrt_A', a.withEigenvalues(inverse).core.data);
	compare(closed, 'map_A_to_B', transportOperator(a, b).core.data);
	compare(closed, 'dist_AB', [wassersteinDistance(a, b)]);
	for (const { name: center, weights } of CENTERS) {
		const found = barycenter(given.slice(0, weights.length), weights).core.data;
		compare(weights.length === 2 ? closed : iterated, center, found);
	}
	report.within(name, `${problem}: in closed form`, closed, MATH_TOLERANCES.cutOff, `${closed.count} tensors`);
	const limit = given.some(isSingular) ? MATH_TOLERANCES.iteratedSingular : MATH_TOLERANCES.cutOff;
	report.within(name, `${problem}: iterated`, iterated, limit, `${iterated.count} tensors`);
}

function isSingular(covariance: Covariance): boolean {
	return rootsOf(covariance).inverse.includes(0);
}

function covarianceOf(tensors: Tensors, key: string): Covariance {
	const data = floatsOf(tensors, key, [null, null]);
	const size = Math.sqrt(data.length);
	if (!Number.isInteger(size)) throw new SteeringError('ERR_BAD_FILE', `${key} is not square`);
	return new Covariance({ data, rows: size, columns: size }, 0, size);
}
