import { z } from 'zod';
import { readJson } from './read-json.js';
import { writeJsonAtomic } from './write-file-atomic.js';

/** Yes or no; null when the judge's reply was neither (SPEC 1.12). */
const yesNo = z.boolean().nullable();
/** 0 to 10. The reference takes a truth value for a number, Python having no difference: so do we. */
const grade = z.union([z.int().min(0).max(10), z.boolean().transform(Number)]);

// The order of the keys is the order they are written in, the reference's. Keys of later tools are kept.
const itemSchema = z
	.looseObject({
		label: z.enum(['harmful', 'harmless']).optional(),
		prompt: z.string(),
		responses: z.array(z.string()),
		scores: z.array(yesNo).optional(),
		num_scores: z.array(grade).optional(),
		expected_scores: z.array(z.number().min(0).max(10).nullable()).optional(),
	})
	.refine(
		({ scores, num_scores, expected_scores, responses }) =>
			[scores, num_scores, expected_scores].every((each) => matches(each, responses)),
		{ error: 'as many scores as responses are needed' },
	);
export const responsesSchema = z.array(itemSchema);

/**
 * A prompt with its replies; `scores` without a behavior, `num_scores` with one, both only once complete. Beside them
 * `expected_scores`, the expectation over the judge's allowed answers (0 to 1, or 0 to 10), where its log-probabilities
 * are known.
 */
export type ResponseItem = z.output<typeof itemSchema>;
export type ResponseInput = z.input<typeof itemSchema>;

function matches(scores: unknown[] | undefined, responses: string[]): boolean {
	return scores === undefined || scores.length === responses.length;
}

/** @throws SteeringError ERR_MISSING_INPUT, or ERR_BAD_FILE naming the file and the item. */
export function readResponses(path: string): Promise<ResponseItem[]> {
	return readJson(path, responsesSchema, 'pnpm steer with the same flags writes it');
}

/** The bytes that the reference's `json.dump(indent=2)` writes, atomically. */
export async function writeResponses(path: string, items: readonly ResponseInput[]): Promise<void> {
	await writeJsonAtomic(path, responsesSchema.parse(items));
}
