import { afterEach, expect, it, vi } from 'vitest';
import { randomProblem } from '../../test/random-problem.js';
import { fitBinaryLeace, fitLogOdds, fitQuadratic, fitQuadraticLda, LeaceFitter, type Rows } from './index.js';

const WIDTH = 1200;
const HALF = 8;

afterEach(() => vi.unstubAllGlobals());

/** The longest array that is made while something runs. */
function longestArray(run: () => void): number {
	let longest = 0;
	const watched = new Proxy(Float64Array, {
		construct(target, args, self) {
			const made = Reflect.construct(target, args, self) as Float64Array;
			longest = Math.max(longest, made.length);
			return made;
		},
	});
	vi.stubGlobal('Float64Array', watched);
	run();
	vi.unstubAllGlobals();
	return longest;
}

const classOf = (seed: number): Rows =>
	randomProblem({ ...{ rows: HALF, width: WIDTH, span: 9, labelWidth: 1 }, seed }).x;

it('the watch sees a (D, D) matrix when there is one', () => {
	const many = randomProblem({ rows: 40, width: 12, span: 12, labelWidth: 1, seed: 1 });
	const fit = () => new LeaceFitter(12).update(many.x, many.z).fit();
	expect(longestArray(fit)).toBeGreaterThanOrEqual(12 * 40);
});

it.each<[string, (positives: Rows, negatives: Rows) => unknown]>([
	['leace', (positives, negatives) => fitBinaryLeace(positives, negatives)],
	['leace without shrinkage', (positives, negatives) => fitBinaryLeace(positives, negatives, { shrinkage: false })],
	['orth', (positives, negatives) => fitBinaryLeace(positives, negatives, { method: 'orth' })],
	[
		'log-odds',
		(positives) =>
			fitLogOdds(
				positives,
				Float64Array.from({ length: HALF }, (_, i) => i * i),
			),
	],
	['quad', (positives, negatives) => fitQuadratic(positives, negatives).map(2, 1).toGraphMap()],
	['quadlda', (positives, negatives) => fitQuadraticLda(positives, negatives).editor.map(0, 1).toGraphMap()],
])('%s on fewer examples than dimensions makes nothing larger than the data', (_, fit) => {
	const [positives, negatives] = [classOf(1), classOf(2)];
	expect(longestArray(() => fit(positives, negatives))).toBeLessThanOrEqual(2 * HALF * WIDTH);
});
