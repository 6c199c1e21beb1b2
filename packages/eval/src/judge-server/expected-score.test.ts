import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ReplyToken } from './chat-endpoint.js';
import { expectedScore } from './expected-score.js';

const GRADES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'];
const VALUES = GRADES.map(Number);

/** A token said, with probabilities of those that could have been. */
function said(token: string, ways: Record<string, number>): ReplyToken {
	const top_logprobs = Object.entries(ways).map(([token, p]) => ({ token, logprob: Math.log(p) }));
	return { token, logprob: Math.log(ways[token] ?? 1e-6), top_logprobs };
}

it('is the expectation over the allowed answers, whatever else was likely', () => {
	const tokens = [said('yes', { The: 0.5, yes: 0.3, no: 0.1, ' yes': 0.05 })];
	expect(expectedScore(tokens, ['yes', 'no'], [1, 0])).toBeCloseTo(0.75, 12);
});

it('takes answers of several tokens along the path of the reply', () => {
	const ways = { '0': 0.25, '1': 0.75 };
	// After the digit: an end, written as nothing or as a token, or one more digit.
	for (const end of ['', '<|im_end|>', '<|eot_id|>', '</s>']) {
		expect(expectedScore([said('1', ways), said(end, { [end]: 0.2, '0': 0.6, x: 0.2 })], GRADES, VALUES)).toBeCloseTo(
			0.75 * (0.25 * 1 + 0.75 * 10),
			12,
		);
	}
	expect(expectedScore([said('1', ways), said('0', { '': 0.2, '0': 0.6 })], GRADES, VALUES)).toBeCloseTo(5.8125, 12);
});

it('is not told where the probability of 1 may be that of 10', () => {
	expect(expectedScore([said('3', { '3': 0.7, '1': 0.3 })], GRADES, VALUES)).toBeNull();
	expect(expectedScore([said('3', { '3': 0.999, '1': 0.001 })], GRADES, VALUES)).toBeCloseTo(3, 12);
	// With a token for 10 there is no doubt.
	expect(expectedScore([said('3', { '3': 0.5, '1': 0.3, '10': 0.2 })], GRADES, VALUES)).toBeCloseTo(3.8, 12);
	// A server that does not tell how the reply ended.
	expect(expectedScore([said('1', { '1': 1 })], GRADES, VALUES)).toBeNull();
});

it.each([
	['nothing', []],
	['another word', [said('Sure', { Sure: 0.9, yes: 0.1 })]],
	['a space before it', [said(' yes', { ' yes': 1 })]],
])('is not told of %s', (_, tokens) => {
	expect(expectedScore(tokens, ['yes', 'no'], [1, 0])).toBeNull();
});

it('a said token need not be among the likeliest', () => {
	expect(expectedScore([said('no', { The: 0.9, A: 0.1 })], ['yes', 'no'], [1, 0])).toBe(0);
});

it('of one-token answers it is the mean of their values by probability', () => {
	const weights = fc.array(fc.double({ min: 1e-3, max: 1, noNaN: true }), { minLength: 11, maxLength: 11 });
	fc.assert(
		fc.property(weights, fc.nat(10), (given, i) => {
			const total = given.reduce((sum, value) => sum + value, 0);
			const ways = Object.fromEntries(GRADES.map((grade, g) => [grade, given[g]! / (2 * total)]));
			const mean = given.reduce((sum, value, g) => sum + (value * g) / total, 0);
			expect(expectedScore([said(GRADES[i]!, ways)], GRADES, VALUES)).toBeCloseTo(mean, 9);
		}),
	);
});
