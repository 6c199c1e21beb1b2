import type { Message } from '@steering/core/datasets';
import OpenAI from 'openai';
import { z } from 'zod';
import { boundedFetch } from './bounded-fetch.js';
import type { Constraint } from './constraint.js';
import { type Patience, withRetries } from './retry.js';

const alternativeSchema = z.looseObject({ token: z.string(), logprob: z.number() });
const tokenSchema = alternativeSchema.extend({ top_logprobs: z.array(alternativeSchema).default([]) });
const completionSchema = z.looseObject({
	choices: z
		.array(
			z.looseObject({
				message: z.looseObject({ content: z.string().nullish() }),
				logprobs: z.looseObject({ content: z.array(tokenSchema).nullish() }).nullish(),
			}),
		)
		.min(1),
});

/** A token of a reply with the likeliest ones in its place, natural logarithms. */
export type ReplyToken = z.output<typeof tokenSchema>;

/** What a server said; `tokens` where it tells log-probabilities. */
export interface Reply {
	text: string;
	tokens?: readonly ReplyToken[] | undefined;
}

/** How servers of one API differ in what they accept. */
export interface Dialect {
	maxTokens: 'max_tokens' | 'max_completion_tokens';
	/** Whether log-probabilities are asked for. */
	logprobs: boolean;
}

export interface Question {
	messages: readonly Message[];
	/** What the answer is restricted to, and how; without it the model says what it likes. */
	constraint?: { form: Constraint; allowed: readonly string[] } | undefined;
	dialect: Dialect;
	/** 0 is the greedy one; later ones are sampled, each with a seed of its own. */
	attempt?: number | undefined;
}

/** Alternatives per token: as many as OpenAI and vLLM give. */
const TOP_LOGPROBS = 20;
/** Enough for `{ "answer": "10" }` with spaces, or a short sentence that ends with the verdict. */
const MAX_TOKENS = 32;
/** Of the tries after the greedy one. */
const RETRY_TEMPERATURE = 0.7;

/** The chat completions of one model behind one URL, through the `openai` client. */
export class ChatEndpoint {
	readonly #client: OpenAI;
	readonly #patience: Patience;

	constructor(baseURL: string, apiKey: string, patience: Patience) {
		// Its own retries do not cover a body that breaks off; ours do. Nothing else is taken from the environment.
		const own = { organization: null, project: null, maxRetries: 0, timeout: patience.timeoutMs, fetch: boundedFetch };
		this.#client = new OpenAI({ baseURL, apiKey, ...own });
		this.#patience = patience;
	}

	/** Names of the models served. */
	async models(signal: AbortSignal, retries = this.#patience.retries): Promise<string[]> {
		const list = (signal: AbortSignal) => this.#client.models.list({ signal });
		const { data } = await withRetries(list, { ...this.#patience, retries }, signal);
		return z
			.array(z.looseObject({ id: z.string() }))
			.parse(data)
			.map(({ id }) => id);
	}

	/** Throws what the client throws, once `retries` (default: its patience's) are used up. */
	async ask(model: string, question: Question, signal: AbortSignal, retries = this.#patience.retries): Promise<Reply> {
		const body = bodyOf(model, question);
		const attempt = async (signal: AbortSignal) => {
			const { data, error } = completionSchema.safeParse(await this.#client.chat.completions.create(body, { signal }));
			if (!data) throw new Error('what it answers is no chat completion', { cause: error });
			return data;
		};
		const { choices } = await withRetries(attempt, { ...this.#patience, retries }, signal);
		const { message, logprobs } = choices[0]!;
		return { text: message.content ?? '', tokens: logprobs?.content ?? undefined };
	}
}

function bodyOf(model: string, { messages, constraint, dialect, attempt = 0 }: Question) {
	return {
		model,
		messages: [...messages],
		temperature: attempt === 0 ? 0 : RETRY_TEMPERATURE,
		seed: attempt,
		[dialect.maxTokens]: MAX_TOKENS,
		...(dialect.logprobs ? { logprobs: true, top_logprobs: TOP_LOGPROBS } : {}),
		...constraint?.form.fields(constraint.allowed),
	} as OpenAI.ChatCompletionCreateParamsNonStreaming;
}
