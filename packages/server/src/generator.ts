import { randomInt } from 'node:crypto';
import {
	type BatchReply,
	type ContinuousBatch,
	type FinishReason,
	type HookedModel,
	type Sampling,
	type TokenConstraint,
	uniformFor,
} from '@steering/core/model';
import { AnswerTokens } from './answer-tokens.js';
import { ApiError } from './api-error.js';
import { ChoiceConstraint } from './constraint/choice-constraint.js';
import { RegexConstraints } from './constraint/regex-constraint.js';
import type { ConstraintWish } from './constraint-wish.js';
import { MAX_ANSWER_CHARACTERS, MAX_TOLD, SEAM_CHARACTERS } from './limits.js';
import { type ReplyPiece, ReplyText } from './reply-text.js';
import type { SteeringStep } from './request-fields.js';
import type { SteeringVectors } from './steering-vectors.js';
import { TokenTable } from './token-table.js';

/** What both endpoints ask for, the prompt as token ids. */
export interface Wish {
	prompts: readonly (readonly number[])[];
	/** Replies to each prompt. */
	n: number;
	maxTokens: number | undefined;
	/** When the request does not say, unless its answers are known. */
	defaultTokens: number;
	temperature: number | undefined;
	topP: number | undefined;
	topK: number | undefined;
	seed: number | undefined;
	stops: readonly string[];
	topLogprobs: number | undefined;
	/** Whether replies go out as they come. */
	streamed: boolean;
	steering: readonly SteeringStep[];
	constraint: ConstraintWish | undefined;
}

/** Told what comes, by the reply's index: those of the first prompt come first. */
export interface ReplyListener {
	onPiece(index: number, piece: ReplyPiece, finish: FinishReason | null): void;
}

export interface Usage {
	prompt_tokens: number;
	completion_tokens: number;
	total_tokens: number;
	prompt_tokens_details: { cached_tokens: number };
}

/** The largest seed that is made up where none is given. */
const SEEDS = 2 ** 47;

/** Writes replies with one model, steered or not, many at a time. */
export class Generator {
	readonly model: HookedModel;
	readonly batch: ContinuousBatch;
	readonly #vectors: SteeringVectors;
	readonly #regexes: RegexConstraints;
	readonly #answers: AnswerTokens;
	readonly #table: TokenTable;
	readonly #stopIds: ReadonlySet<number>;

	constructor(model: HookedModel, batch: ContinuousBatch, vectors: SteeringVectors) {
		const { tokenizer } = model;
		this.model = model;
		this.batch = batch;
		this.#vectors = vectors;
		this.#regexes = new RegexConstraints(tokenizer.tokenTexts(), tokenizer.stopIds);
		this.#table = new TokenTable(tokenizer.tokenTexts());
		this.#answers = new AnswerTokens(tokenizer);
		this.#stopIds = new Set(tokenizer.stopIds);
	}

	/** Tokens of prompt and reply that the model was made for. */
	get context(): number {
		const positions = this.model.files.config?.max_position_embeddings;
		return typeof positions === 'number' ? positions : Number.MAX_SAFE_INTEGER;
	}

	/** Resolves when all replies are told. Throws {@link ApiError} and what the batch throws. */
	async run(wish: Wish, listener: ReplyListener, signal: AbortSignal): Promise<Usage> {
		requireAnswers(wish);
		const interventions = await this.#vectors.interventions(wish.steering);
		const sampling = this.#sampling(wish);
		const seed = wish.seed ?? randomInt(SEEDS);
		const abort = new AbortController();
		let completion = 0;
		// All prompts are looked at before any is read.
		const jobs = wish.prompts.map((ids, p) => {
			const { constraintOf, longest } = this.#constraints(wish.constraint, ids);
			const replies = Array.from({ length: wish.n }, (_, i) =>
				this.#reply(wish, p * wish.n + i, constraintOf(), uniformFor('server', seed, p, i), listener, (tokens) => {
					completion += tokens;
				}),
			);
			const maxNewTokens = this.#maxNewTokens(wish, ids.length, longest);
			return { ids, interventions, replies, maxNewTokens, sampling };
		});
		requireTold(wish, jobs);
		const common = { stopIds: this.#stopIds, topLogprobs: wish.topLogprobs };
		const ends = jobs.map((job) =>
			this.batch.submit({ ...job, ...common, signal: AbortSignal.any([signal, abort.signal]) }),
		);
		try {
			const results = await Promise.all(ends);
			const prompt = wish.prompts.reduce((sum, { length }) => sum + length, 0);
			return {
				prompt_tokens: prompt,
				completion_tokens: completion,
				total_tokens: prompt + completion,
				prompt_tokens_details: { cached_tokens: results.reduce((sum, { cachedTokens }) => sum + cachedTokens, 0) },
			};
		} catch (error) {
			// One prompt failed: the others' replies are not wanted any more.
			abort.abort(error);
			await Promise.allSettled(ends);
			throw error;
		}
	}

	#reply(
		wish: Wish,
		index: number,
		constraint: TokenConstraint | undefined,
		uniform: BatchReply['uniform'],
		listener: ReplyListener,
		onTokens: (tokens: number) => void,
	): BatchReply {
		const text = new ReplyText(this.#table, wish.stops);
		let cut = false;
		return {
			uniform,
			constraint,
			onToken: (token) => {
				cut = text.push(token);
				if (!cut) listener.onPiece(index, text.take(), null);
				return cut;
			},
			onFinish: (reason, tokens) => {
				onTokens(tokens);
				listener.onPiece(index, text.end(cut), reason);
			},
		};
	}

	#constraints(
		wish: ConstraintWish | undefined,
		prompt: readonly number[],
	): { constraintOf: () => TokenConstraint | undefined; longest?: number } {
		if (!wish) return { constraintOf: () => undefined };
		if ('regex' in wish) {
			const { regex } = wish;
			return { constraintOf: () => this.#regexes.constraint(regex) };
		}
		const answers = wish.choice.map((answer) => this.#answers.after(prompt, answer));
		const { stopIds } = this.model.tokenizer;
		return {
			constraintOf: () => new ChoiceConstraint(answers, stopIds),
			// And the token that ends one which begins another.
			longest: Math.max(...answers.map(({ length }) => length)) + 1,
		};
	}

	#maxNewTokens({ maxTokens, defaultTokens }: Wish, prompt: number, longest: number | undefined): number {
		const room = this.context - prompt;
		const wanted = maxTokens ?? Math.min(longest ?? defaultTokens, room);
		if (room >= 1 && wanted <= room) return wanted;
		const message = `the prompt has ${prompt} tokens, and with ${maxTokens ?? 1} more it does not fit into the model's ${this.context}`;
		throw new ApiError(400, message, { code: 'context_length_exceeded' });
	}

	#sampling({ temperature, topP, topK }: Wish): Sampling {
		const { generationConfig } = this.model.files;
		const own = this.model.sampling(temperature ?? generationConfig?.temperature ?? 1);
		return { ...own, topP: topP ?? own.topP, topK: topK === undefined ? own.topK : Math.max(0, topK) };
	}
}

/** What is told of tokens stays in memory until the response goes out whole. */
function requireTold(wish: Wish, jobs: readonly { maxNewTokens: number }[]): void {
	if (wish.streamed || wish.topLogprobs === undefined) return;
	const tokens = wish.n * jobs.reduce((sum, { maxNewTokens }) => sum + maxNewTokens, 0);
	const told = tokens * (1 + wish.topLogprobs);
	if (told <= MAX_TOLD) return;
	throw new ApiError(400, `the response may hold ${told} log-probabilities, and ${MAX_TOLD} are the most`, {
		param: 'logprobs',
	});
}

/** Each answer is tokenised behind the end of each prompt. */
function requireAnswers({ constraint, prompts }: Wish): void {
	if (!constraint || !('choice' in constraint)) return;
	const characters = constraint.choice.reduce((sum, { length }) => sum + length + SEAM_CHARACTERS, 0) * prompts.length;
	if (characters <= MAX_ANSWER_CHARACTERS) return;
	throw new ApiError(400, 'there are too many answers to choose from for so many prompts: send fewer of them together');
}
