import { z } from 'zod';

/** One way in which servers let a caller restrict an answer to a list of words. */
export interface Constraint {
	/** As the manifest names it. */
	readonly name: string;
	/** What is added to the body of a chat request. */
	readonly fields: (allowed: readonly string[]) => Record<string, unknown>;
	/** The answer in a reply; undefined when the reply has not the form asked for. */
	readonly read: (reply: string) => string | undefined;
	/** Whether the answer is the reply, token by token: its log-probabilities are then the answer's. */
	readonly isPlain: boolean;
}

const plain = { read: (reply: string) => reply, isPlain: true };
const alternatives = (allowed: readonly string[]) => `(${allowed.join('|')})`;
const answerSchema = z.strictObject({ answer: z.string() });

/**
 * The forms in use, in the order they are tried. The allowed answers are words and numbers: no form needs them escaped.
 *
 * - `structured_outputs`: vLLM since 0.11, and this project's server; `guided_*`: vLLM before that
 * - `grammar`: llama.cpp and llama-cpp-python, in GBNF; `regex`: SGLang
 * - `response_format`: OpenAI's, a JSON object with the answer in it
 */
export const CONSTRAINTS: readonly Constraint[] = [
	{ name: 'structured_outputs', fields: (allowed) => ({ structured_outputs: { choice: allowed } }), ...plain },
	{ name: 'guided_choice', fields: (allowed) => ({ guided_choice: allowed }), ...plain },
	{ name: 'guided_regex', fields: (allowed) => ({ guided_regex: alternatives(allowed) }), ...plain },
	{
		name: 'grammar',
		fields: (allowed) => ({ grammar: `root ::= ${allowed.map((word) => JSON.stringify(word)).join(' | ')}` }),
		...plain,
	},
	{ name: 'regex', fields: (allowed) => ({ regex: alternatives(allowed) }), ...plain },
	{
		name: 'response_format',
		fields: (allowed) => ({
			response_format: {
				type: 'json_schema',
				json_schema: {
					name: 'answer',
					strict: true,
					schema: {
						type: 'object',
						properties: { answer: { type: 'string', enum: allowed } },
						required: ['answer'],
						additionalProperties: false,
					},
				},
			},
		}),
		read: (reply) => {
			try {
				return answerSchema.safeParse(JSON.parse(reply)).data?.answer;
			} catch {
				return undefined;
			}
		},
		isPlain: false,
	},
];
