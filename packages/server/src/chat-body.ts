import type { Message } from '@steering/core/datasets';
import { z } from 'zod';
import { MAX_TOP_LOGPROBS } from './limits.js';
import { sharedFields } from './request-fields.js';

const content = z.union([
	z.string(),
	z
		.array(z.strictObject({ type: z.literal('text', 'only parts of type text are offered'), text: z.string() }))
		.transform((parts) => parts.map(({ text }) => text).join('')),
]);

const nothing = z.union([z.literal(''), z.array(z.never()).length(0)]).nullish();

/** What a client got as a message it sends back as it is: keys that say nothing are taken. */
const message = z
	.strictObject({
		role: z.enum(['system', 'developer', 'user', 'assistant']),
		content,
		name: z.literal('', 'names are not offered').nullish(),
		refusal: nothing,
		reasoning_content: nothing,
		annotations: nothing,
		audio: nothing,
		function_call: nothing,
		tool_calls: nothing,
	})
	.transform(({ role, content }): Message => ({ role: role === 'developer' ? 'system' : role, content }));

export const chatBody = z
	.strictObject({
		...sharedFields,
		messages: z.array(message).min(1).max(4096),
		max_completion_tokens: z.int().min(1).nullish(),
		logprobs: z.boolean().nullish(),
		top_logprobs: z.int().min(0).max(MAX_TOP_LOGPROBS).nullish(),
		/** As in vLLM: whether the assistant's turn is opened, or its last message goes on. */
		add_generation_prompt: z.boolean().optional(),
		continue_final_message: z.boolean().optional(),
		tools: z.array(z.never('tools are not offered')).nullish(),
		tool_choice: z.enum(['none', 'auto'], 'tools are not offered').nullish(),
		parallel_tool_calls: z.boolean().nullish(),
		functions: z.array(z.never('functions are not offered')).nullish(),
		function_call: z.literal('none', 'functions are not offered').nullish(),
	})
	.refine(({ logprobs, top_logprobs }) => logprobs || top_logprobs === undefined || top_logprobs === null, {
		path: ['top_logprobs'],
		message: 'needs logprobs: true',
	})
	.refine(({ messages, continue_final_message }) => !continue_final_message || messages.at(-1)!.role === 'assistant', {
		path: ['continue_final_message'],
		message: 'needs a last message of the assistant',
	})
	.refine((body) => !(body.continue_final_message && body.add_generation_prompt), {
		path: ['add_generation_prompt'],
		message: 'does not go with continue_final_message',
	});

export type ChatBody = z.output<typeof chatBody>;
