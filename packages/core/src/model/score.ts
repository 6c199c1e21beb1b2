import type { Intervention, InterventionFeeds } from '../interventions/index.js';
import type { DecoderSession } from './decoder-session.js';
import { createCache, type KvCache } from './kv-cache.js';
import { logSumExp } from './log-sum-exp.js';
import { runTokens } from './run-tokens.js';

export interface ScoreRequest {
	/** Tokens that all items begin with; read once. */
	prefix: readonly number[];
	/** What follows the prefix, at least one token each. */
	items: readonly (readonly number[])[];
	/** The allowed continuations, as token ids, at least one each. */
	choices: readonly (readonly number[])[];
	interventions?: readonly Intervention[];
	signal?: AbortSignal | undefined;
	/** Told each item's scores (choices) as they come. */
	onItem?: ((item: number, scores: Float64Array) => void) | undefined;
}

/**
 * Log-probability of each choice after each item: row-major (items, choices). A choice of several tokens is the sum of its
 * tokens' log-probabilities, each given those before it.
 *
 * Items run one at a time over the cached prefix: GroupQueryAttention takes several new tokens on a past only in batches of one.
 */
export async function scoreChoices(session: DecoderSession, request: ScoreRequest): Promise<Float64Array> {
	const { prefix, items, choices } = request;
	const longest = Math.max(...items.map((item) => item.length)) + Math.max(...choices.map((choice) => choice.length));
	const cache = createCache(session.cache, 1, prefix.length + longest);
	const interventions = session.feedsFor([request.interventions ?? []]);
	const read = async (tokens: readonly number[]) =>
		logProbabilities(await readTokens(session, cache, interventions, tokens));
	if (prefix.length > 0) await read(prefix);
	const scores = new Float64Array(items.length * choices.length);
	for (const [i, item] of items.entries()) {
		request.signal?.throwIfAborted();
		cache.truncate(prefix.length);
		const first = await read(item);
		for (const [c, choice] of choices.entries()) {
			cache.truncate(prefix.length + item.length);
			scores[i * choices.length + c] = await choiceScore(choice, first, read);
		}
		request.onItem?.(i, scores.subarray(i * choices.length, (i + 1) * choices.length));
	}
	return scores;
}

async function choiceScore(
	choice: readonly number[],
	first: Float64Array,
	read: (tokens: readonly number[]) => Promise<Float64Array>,
): Promise<number> {
	let score = first[choice[0]!]!;
	for (let i = 1; i < choice.length; i++) score += (await read([choice[i - 1]!]))[choice[i]!]!;
	return score;
}

async function readTokens(
	session: DecoderSession,
	cache: KvCache,
	interventions: InterventionFeeds,
	tokens: readonly number[],
): Promise<Float32Array> {
	const outputs = await runTokens(session, {
		tokens: [tokens],
		cache,
		interventions,
		promptLengths: [cache.lengths[0]! + tokens.length],
		readout: 'last',
		outputs: ['logits'],
	});
	return outputs.logits!.data as Float32Array;
}

/** log softmax, in float64. */
export function logProbabilities(logits: Float32Array): Float64Array {
	const normaliser = logSumExp(logits);
	return Float64Array.from(logits, (logit) => logit - normaliser);
}
