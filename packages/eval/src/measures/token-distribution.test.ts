import fc from 'fast-check';
import { expect, it } from 'vitest';
import { repetition } from './repetition.js';
import { crossEntropy, klDivergence } from './token-distribution.js';

const logs = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);
const logits = fc.float32Array({ minLength: 5, maxLength: 5, min: -30, max: 30, noNaN: true });

it('cross-entropy of known probabilities, whatever is added to all logits', () => {
	expect(crossEntropy(logs(0.5, 0.25, 0.25), 1)).toBeCloseTo(Math.log(4), 6);
	expect(
		crossEntropy(
			logs(0.5, 0.25, 0.25).map((x) => x + 90),
			0,
		),
	).toBeCloseTo(Math.log(2), 5);
});

it('divergence of known distributions, in the order of its arguments', () => {
	const [p, q] = [logs(0.5, 0.5), logs(0.75, 0.25)];
	expect(klDivergence(p, q)).toBeCloseTo(0.5 * Math.log(0.5 / 0.75) + 0.5 * Math.log(0.5 / 0.25), 6);
	expect(klDivergence(q, p)).toBeCloseTo(0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5), 6);
});

it('divergence is nothing from itself, and never negative', () => {
	fc.assert(
		fc.property(logits, logits, (p, q) => {
			expect(klDivergence(p, p)).toBe(0);
			expect(klDivergence(p, q)).toBeGreaterThanOrEqual(0);
		}),
	);
});

it('of logits that are no numbers there is no divergence', () => {
	expect(klDivergence(Float32Array.of(0, 1), Float32Array.of(Number.NaN, 1))).toBeNaN();
	expect(crossEntropy(Float32Array.of(Number.NaN, 1), 1)).toBeNaN();
});

it('repetition counts n-grams that were there before', () => {
	expect(repetition([1, 2, 3, 4, 5, 6])).toBe(0);
	// Of the 4-grams 1212, 2121, 1212, 2121, 1212 two are distinct.
	expect(repetition([1, 2, 1, 2, 1, 2, 1, 2])).toBeCloseTo(3 / 5, 12);
	expect(repetition([7, 7, 7, 7, 7])).toBe(1 / 2);
	expect(repetition([7, 7, 7])).toBe(0);
	expect(repetition([7, 7, 7], 2)).toBe(1 / 2);
	expect(repetition([])).toBe(0);
	// 12 and 1, 2 must not look alike.
	expect(repetition([12, 3, 1, 23], 2)).toBe(0);
});
