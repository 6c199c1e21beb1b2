import { z } from 'zod';
import { MAX_PROMPTS, MAX_TOP_LOGPROBS } from './limits.js';
import { sharedFields } from './request-fields.js';

const ids = z.array(z.int().min(0)).min(1);

export const completionBody = z.strictObject({
	...sharedFields,
	prompt: z.union(
		[z.string(), z.array(z.string()).min(1).max(MAX_PROMPTS), ids, z.array(ids).min(1).max(MAX_PROMPTS)],
		'must be a string, token ids, or an array of either',
	),
	logprobs: z.int().min(0).max(MAX_TOP_LOGPROBS).nullish(),
	/** As in vLLM: whether a text gets the BOS token that its model expects. */
	add_special_tokens: z.boolean().optional(),
	echo: z.literal(false, 'echo is not offered').nullish(),
	best_of: z.literal(1, 'best_of is not offered').nullish(),
	suffix: z.literal('', 'suffix is not offered').nullish(),
});

export type CompletionBody = z.output<typeof completionBody>;
