import type { Intervention } from '../../interventions/index.js';
import type { Sampling } from '../sampling.js';
import type { Uniform } from '../seed.js';

/** What a reply may be, walked token by token: a choice of texts, a regular expression. */
export interface TokenConstraint {
	/** The tokens that may come next, at least one unless {@link finished}; a stop token among them is a way to end. */
	allowed(): ArrayLike<number>;
	/** Takes a token that was allowed and is not a stop token. */
	advance(id: number): void;
	/** Whether nothing can follow: the reply ends without a stop token. */
	readonly finished: boolean;
	/** The tokens up to the end, where there is one way on: they need not be computed. */
	forced?(): readonly number[] | undefined;
}

/** A chosen token, with log-probabilities where they were asked for. */
export interface ChosenToken {
	id: number;
	/** Log-probability of the token, at temperature 1, among those that the constraint allows. */
	logprob?: number | undefined;
	/** The likeliest tokens with theirs, likeliest first. */
	top?: { id: number; logprob: number }[] | undefined;
}

/** `stop`: a stop token, the end of a constraint, or the caller's word; `length`: the most tokens that were wanted. */
export type FinishReason = 'stop' | 'length';

/** One of the replies to a prompt. Callbacks run between two steps of the batch, and must be quick. */
export interface BatchReply {
	uniform: Uniform;
	constraint?: TokenConstraint | undefined;
	/** Told each token but stop tokens; true ends the reply here. */
	onToken(token: ChosenToken): boolean;
	/** `tokens`: how many were chosen, the stop token included. */
	onFinish(reason: FinishReason, tokens: number): void;
}

export interface BatchRequest {
	/** The prompt, at least one token; all replies share its prefill. */
	ids: readonly number[];
	/** At points that the batch was opened with; vectors only, no maps. */
	interventions: readonly Intervention[];
	replies: readonly BatchReply[];
	maxNewTokens: number;
	sampling: Sampling;
	stopIds: ReadonlySet<number>;
	/** How many of the likeliest tokens are told with each; undefined: no log-probabilities at all. */
	topLogprobs?: number | undefined;
	/** Ends the request, whether it waits or runs: its rows are free for others from the next step on. */
	signal?: AbortSignal | undefined;
}

export interface BatchResult {
	/** Tokens of the prompt whose keys and values were there already. */
	cachedTokens: number;
}

export interface BatchLimits {
	/** Replies written at the same time. */
	maxRows: number;
	/** Requests that may wait; more are refused with ERR_BUSY. */
	maxWaiting: number;
	/** Bytes of keys and values that running replies may come to take, all as long as the longest. */
	kvBytes: number;
	/** Bytes of keys and values kept of earlier prompts. */
	prefixBytes: number;
}
