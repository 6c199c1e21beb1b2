import type { z } from 'zod';
import { ApiError } from './api-error.js';
import { jsonAnswers } from './json-answers.js';
import type { sharedFields } from './request-fields.js';

type Fields = { [K in keyof typeof sharedFields]?: z.output<(typeof sharedFields)[K]> };

/** What a reply may be. */
export type ConstraintWish = { choice: readonly string[] } | { regex: string };

/** vLLM's ways of saying it, new and old, and OpenAI's. Throws 400 when there are two. */
export function constraintWish(fields: Fields): ConstraintWish | undefined {
	const { structured_outputs, guided_choice, guided_regex, regex, response_format } = fields;
	const wishes: ConstraintWish[] = [];
	for (const choice of [structured_outputs?.choice, guided_choice]) if (choice) wishes.push({ choice });
	for (const source of [structured_outputs?.regex, guided_regex, regex]) if (source) wishes.push({ regex: source });
	if (response_format?.type === 'json_schema') wishes.push({ choice: jsonAnswers(response_format.json_schema.schema) });
	if (wishes.length > 1) throw new ApiError(400, 'two constraints on one reply: leave one of them out');
	if (structured_outputs && !structured_outputs.choice && !structured_outputs.regex) {
		throw new ApiError(400, 'structured_outputs needs choice or regex', { param: 'structured_outputs' });
	}
	return wishes[0];
}
