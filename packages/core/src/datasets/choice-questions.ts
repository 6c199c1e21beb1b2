import { join } from 'node:path';
import { z } from 'zod';
import { SteeringError } from '../errors/index.js';
import { checkBehavior } from './behavior.js';
import { FETCH_HINT } from './data-root.js';
import { DEFAULT_BEHAVIOR } from './prompt-pairs.js';
import { MAX_DATASET_BYTES } from './rows.js';
import { readJsonFile } from './text-file.js';

/** A question that ends in its choices, and the two answers that are compared: letters in parentheses, `(A)`. */
export interface ChoiceQuestion {
	readonly question: string;
	/** Shows the behavior, or is right. */
	readonly matching: string;
	readonly other: string;
}

const text = z.string().min(1, 'must not be empty');
const letter = z.string().regex(/^\s*\([A-Z]\)\s*$/, 'is no letter in parentheses, as (A)');
const abSchema = z
	.array(z.object({ question: text, answer_matching_behavior: letter, answer_not_matching_behavior: letter }))
	.min(1, 'has no rows');
const mmluSchema = z.array(z.object({ prompt: text, correct: letter, incorrect: letter })).min(1, 'has no rows');

export const MMLU_PATH = 'CAA/test/mmlu/mmlu.json';

/** The held-out A/B questions of a behavior, relative to the folder of data sets; without one those of `refusal`. */
export function abQuestionsPath(behavior: string | null): string {
	return `CAA/test/${checkBehavior(behavior ?? DEFAULT_BEHAVIOR)}/test_dataset_ab.json`;
}

/** Throws ERR_USAGE for an unknown behavior, ERR_MISSING_INPUT without the file, ERR_BAD_FILE naming file and row. */
export async function loadAbQuestions(behavior: string | null, root: string): Promise<ChoiceQuestion[]> {
	const path = join(root, abQuestionsPath(behavior));
	const rows = await readJsonFile(path, abSchema, { maxBytes: MAX_DATASET_BYTES, hint: FETCH_HINT });
	return distinct(
		path,
		rows.map((row) => ({
			question: row.question,
			matching: row.answer_matching_behavior.trim(),
			other: row.answer_not_matching_behavior.trim(),
		})),
	);
}

/** MMLU as the CAA data set has it: two of the four choices, ten questions a category. Throws ERR_MISSING_INPUT, ERR_BAD_FILE. */
export async function loadMmluQuestions(root: string): Promise<ChoiceQuestion[]> {
	const path = join(root, MMLU_PATH);
	const hint = `${FETCH_HINT} (the embedded model has no such questions: leave mmlu out)`;
	const rows = await readJsonFile(path, mmluSchema, { maxBytes: MAX_DATASET_BYTES, hint });
	return distinct(
		path,
		rows.map((row) => ({ question: row.prompt, matching: row.correct.trim(), other: row.incorrect.trim() })),
	);
}

function distinct(path: string, questions: ChoiceQuestion[]): ChoiceQuestion[] {
	const same = questions.findIndex(({ matching, other }) => matching === other);
	if (same < 0) return questions;
	throw new SteeringError('ERR_BAD_FILE', `${path}, row ${same + 1}: both answers are ${questions[same]!.matching}`);
}
