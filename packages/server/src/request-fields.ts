import { z } from 'zod';
import { MAX_ANSWER_LENGTH, MAX_ANSWERS, MAX_CHOICES, MAX_STEERING, MAX_STOP_LENGTH, MAX_STOPS } from './limits.js';

const answers = z.array(z.string().min(1).max(MAX_ANSWER_LENGTH)).min(1).max(MAX_ANSWERS);
const stop = z.string().min(1).max(MAX_STOP_LENGTH);

const steeringStep = z.strictObject({
	/** A file of artifacts/vecs, with or without its ending. */
	vector: z.string().min(1).max(1024),
	/** Decoder layer; the vector's own when it is left out. */
	layer: z.int().min(0).optional(),
	multiplier: z.number(),
	toks: z.enum(['before', 'after']).nullable().default(null),
});

export type SteeringStep = z.output<typeof steeringStep>;

const responseFormat = z.discriminatedUnion('type', [
	z.strictObject({ type: z.literal('text') }),
	z.strictObject({
		type: z.literal('json_schema'),
		json_schema: z.strictObject({
			name: z.string().optional(),
			description: z.string().optional(),
			strict: z.boolean().nullish(),
			schema: z.record(z.string(), z.unknown()),
		}),
	}),
]);

/** Fields that both endpoints share. Others are refused: one that is silently left out would change the result. */
export const sharedFields = {
	model: z.string().optional(),
	n: z.int().min(1).max(MAX_CHOICES).nullish(),
	stream: z.boolean().nullish(),
	stream_options: z
		.strictObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() })
		.nullish(),
	max_tokens: z.int().min(1).nullish(),
	temperature: z.number().min(0).max(100).nullish(),
	top_p: z.number().gt(0).max(1).nullish(),
	top_k: z.int().min(-1).nullish(),
	seed: z.int().nullish(),
	stop: z.union([stop, z.array(stop).max(MAX_STOPS)]).nullish(),

	steering: z.array(steeringStep).max(MAX_STEERING).nullish(),

	structured_outputs: z.strictObject({ choice: answers.optional(), regex: z.string().min(1).optional() }).nullish(),
	guided_choice: answers.nullish(),
	guided_regex: z.string().min(1).nullish(),
	regex: z.string().min(1).nullish(),
	response_format: responseFormat.nullish(),

	// These change nothing about a reply.
	user: z.string().nullish(),
	metadata: z.record(z.string(), z.unknown()).nullish(),
	store: z.boolean().nullish(),
	service_tier: z.string().nullish(),
	safety_identifier: z.string().nullish(),
	prompt_cache_key: z.string().nullish(),

	// Not offered: taken only where they ask for nothing.
	frequency_penalty: z.literal(0, 'penalties are not offered').nullish(),
	presence_penalty: z.literal(0, 'penalties are not offered').nullish(),
	logit_bias: z.strictObject({}, 'logit_bias is not offered').nullish(),
};
