import type { JudgePrompt } from './judge-file.js';
import type { Score } from './judge-reply.js';

/** Digits of an expected score that are kept: what batching and threads do to floats is below. */
const DECIMALS = 4;

/** The score of each allowed answer as a number, in their order: yes is 1 and no 0, a grade is itself. */
export function answerValues({ behavior, allowed }: JudgePrompt): number[] {
	return allowed.map((answer) => (behavior === null ? Number(answer === 'yes') : Number(answer)));
}

/** The score that an allowed answer means; undefined for any other text. */
export function scoreOfAnswer({ behavior, allowed }: JudgePrompt, answer: string): Score | undefined {
	if (!allowed.some((word) => word === answer)) return undefined;
	return behavior === null ? answer === 'yes' : Number(answer);
}

/** As it is written into files. */
export function roundedScore(expected: number): number {
	return Number(expected.toFixed(DECIMALS));
}
