import { APIError } from 'openai';
import type { ChatEndpoint, Dialect, Question, Reply } from './chat-endpoint.js';
import { CONSTRAINTS, type Constraint } from './constraint.js';

/** What one server can do, found out by asking it. */
export interface Abilities {
	dialect: Dialect;
	/** Undefined: its answers cannot be constrained, and are parsed. */
	constraint: Constraint | undefined;
}

const DIALECTS: readonly Dialect[] = [
	{ maxTokens: 'max_tokens', logprobs: true },
	{ maxTokens: 'max_tokens', logprobs: false },
	{ maxTokens: 'max_completion_tokens', logprobs: true },
	{ maxTokens: 'max_completion_tokens', logprobs: false },
];

const QUESTION = [{ role: 'user' as const, content: 'What is the capital of France? Answer in one word.' }];
/** Words that nobody answers the question with: only a server that obeys the constraint says one of them. */
const UNLIKELY = ['qvx', 'jzk'];
/** A request the server has no code for may fail with 500 each time: not worth the patience of real work. */
const PROBE_RETRIES = 1;

/**
 * Asks one question freely, then constrained in each form until one is obeyed. A server that ignores a field, or refuses
 * it, does not know that form. Throws what the free question ends with, if no dialect is understood.
 */
export async function probe(endpoint: ChatEndpoint, model: string, signal: AbortSignal): Promise<Abilities> {
	const { dialect, reply } = await speak(endpoint, model, signal);
	const found = { ...dialect, logprobs: (reply.tokens?.length ?? 0) > 0 };
	for (const form of CONSTRAINTS) {
		const question = { messages: QUESTION, dialect: found, constraint: { form, allowed: UNLIKELY } };
		const answer = await understood(() => endpoint.ask(model, question, signal, PROBE_RETRIES));
		const word = answer && form.read(answer.text);
		if (word === undefined || !UNLIKELY.includes(word)) continue;
		return { dialect: { ...found, logprobs: found.logprobs && form.isPlain }, constraint: form };
	}
	return { dialect: found, constraint: undefined };
}

async function speak(
	endpoint: ChatEndpoint,
	model: string,
	signal: AbortSignal,
): Promise<{ dialect: Dialect; reply: Reply }> {
	let refusal: unknown;
	for (const dialect of DIALECTS) {
		const question: Question = { messages: QUESTION, dialect };
		const reply = await understood(
			() => endpoint.ask(model, question, signal),
			(error) => {
				refusal ??= error;
			},
		);
		if (reply) return { dialect, reply };
	}
	throw refusal;
}

/** Undefined when the server answers that it cannot do this; other errors are thrown. */
async function understood(ask: () => Promise<Reply>, onRefusal?: (error: unknown) => void): Promise<Reply | undefined> {
	try {
		return await ask();
	} catch (error) {
		if (!(error instanceof APIError) || ![400, 422, 500, 501].includes(error.status ?? 0)) throw error;
		onRefusal?.(error);
		return undefined;
	}
}
