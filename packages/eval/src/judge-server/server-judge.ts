import { setMaxListeners } from 'node:events';
import { SteeringError } from '@steering/core/errors';
import pMap from 'p-map';
import { distinct } from '../distinct-exchanges.js';
import type { Judge, JudgeIdentity, ScoreOptions } from '../judge.js';
import { type JudgePrompt, judgePromptHash } from '../judge-file.js';
import { type Exchange, judgeMessages } from '../judge-messages.js';
import type { Score } from '../judge-reply.js';
import { answerValues, scoreOfAnswer } from '../score-values.js';
import type { Reply } from './chat-endpoint.js';
import { type Connection, type ConnectOptions, connect, failure, modelName } from './connect.js';
import { expectedScore } from './expected-score.js';
import { freeAnswer } from './free-answer.js';

export interface ServerJudgeOptions extends ConnectOptions {
	/** Requests at once. */
	concurrency: number;
}

/** Tries at an answer that can be read: the greedy one, then sampled ones, each with a seed of its own. */
const ATTEMPTS = 4;
/** A judge that has said nothing readable after this many exchanges is none. */
const NONSENSE_AFTER = 20;

interface Verdict {
	score: Score | undefined;
	expected?: number | null | undefined;
	said: string;
}

/**
 * A model behind an OpenAI-compatible API that judges by its constrained answer, or, where it cannot be constrained, by
 * the last word of what it says. What it is asked depends on nothing but the exchange and the judge prompt.
 */
export class ServerJudge implements Judge {
	readonly #connection: Connection;
	readonly #options: ServerJudgeOptions;

	private constructor(connection: Connection, options: ServerJudgeOptions) {
		this.#connection = connection;
		this.#options = options;
	}

	/** Finds out, by asking, which model is served and how its answers are constrained. Throws what `connect` throws. */
	static async connect(options: ServerJudgeOptions): Promise<ServerJudge> {
		return new ServerJudge(await connect(options), options);
	}

	identity(prompt: JudgePrompt): JudgeIdentity {
		const { model, abilities } = this.#connection;
		const constraint = abilities.constraint?.name ?? 'none';
		return { kind: 'server', name: modelName(model), constraint, prompt: judgePromptHash(prompt) };
	}

	/**
	 * Throws ERR_NETWORK when the server fails for longer than its client is patient, ERR_FAILED when it answers nonsense,
	 * or, at the end, when it gave no grade to some replies; `onScore` has been told of all others then.
	 */
	async score(prompt: JudgePrompt, exchanges: readonly Exchange[], options: ScoreOptions): Promise<void> {
		const stop = new AbortController();
		const given = [stop.signal, this.#options.signal, options.signal].filter((signal) => signal !== undefined);
		const signal = AbortSignal.any(given);
		// Each request under way listens.
		setMaxListeners(0, signal);
		const tally = new Tally(prompt, options);
		const items = distinct(exchanges);
		try {
			await pMap(
				items,
				async ({ exchange, indices }) => {
					const verdict = await this.#judge(prompt, exchange, signal);
					// One that fails ends all: what still comes in then is nobody's to write any more.
					signal.throwIfAborted();
					tally.add(verdict, exchange, indices);
				},
				{ concurrency: this.#options.concurrency, signal },
			);
			tally.conclude();
		} catch (error) {
			stop.abort();
			throw error;
		}
	}

	/** One line on who judges, and how its answers are held to the allowed ones. */
	note(): string {
		const { model, abilities } = this.#connection;
		const how = abilities.constraint ? `answers constrained by ${abilities.constraint.name}` : 'answers parsed';
		const known = abilities.dialect.logprobs ? ', log-probabilities' : '';
		return `judge: ${modelName(model)} at ${this.#options.baseUrl}, ${how}${known}`;
	}

	async release(): Promise<void> {}

	async #judge(prompt: JudgePrompt, exchange: Exchange, signal: AbortSignal): Promise<Verdict> {
		const { dialect, constraint } = this.#connection.abilities;
		const messages = judgeMessages(prompt, exchange);
		const limited = constraint && { form: constraint, allowed: prompt.allowed };
		let said = '';
		for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
			const reply = await this.#ask({ messages, dialect, constraint: limited, attempt }, signal);
			const score = this.#scoreIn(prompt, reply.text);
			if (score !== undefined) return { score, said: reply.text, expected: this.#expected(prompt, reply, attempt) };
			said ||= reply.text;
		}
		return { score: undefined, said };
	}

	async #ask(question: Parameters<Connection['endpoint']['ask']>[1], signal: AbortSignal): Promise<Reply> {
		try {
			return await this.#connection.endpoint.ask(this.#connection.model, question, signal);
		} catch (error) {
			throw await failure(error, { ...this.#options, signal });
		}
	}

	#scoreIn(prompt: JudgePrompt, text: string): Score | undefined {
		const { constraint } = this.#connection.abilities;
		if (!constraint) return freeAnswer(text, prompt.behavior === null);
		const answer = constraint.read(text);
		return answer === undefined ? undefined : scoreOfAnswer(prompt, answer);
	}

	/** Only of the greedy answer, and only where its tokens are the reply's. */
	#expected(prompt: JudgePrompt, { tokens }: Reply, attempt: number): number | null | undefined {
		const { constraint, dialect } = this.#connection.abilities;
		if (!dialect.logprobs || constraint?.isPlain === false) return undefined;
		return attempt === 0 && tokens ? expectedScore(tokens, prompt.allowed, answerValues(prompt)) : null;
	}
}

/** Hands scores on, and judges the judge. */
class Tally {
	readonly #prompt: JudgePrompt;
	readonly #options: ScoreOptions;
	#answered: boolean;
	/** Exchanges without an answer: told of as null once one has an answer, or never if they need a grade. */
	readonly #held: { exchange: Exchange; indices: readonly number[]; said: string }[] = [];
	#unanswered = 0;

	constructor(prompt: JudgePrompt, options: ScoreOptions) {
		this.#prompt = prompt;
		this.#options = options;
		this.#answered = (options.earlier ?? 0) > 0;
	}

	add({ score, expected, said }: Verdict, exchange: Exchange, indices: readonly number[]): void {
		if (score === undefined) {
			this.#unanswered++;
			this.#held.push({ exchange, indices, said });
			if (!this.#answered && this.#unanswered >= NONSENSE_AFTER) throw this.#nonsense();
		} else {
			this.#answered = true;
			for (const index of indices) this.#options.onScore(index, score, expected);
		}
		if (this.#answered && this.#prompt.behavior === null) this.#tellNulls();
	}

	conclude(): void {
		if (this.#unanswered > 0 && !this.#answered) throw this.#nonsense();
		if (this.#held.length > 0) throw this.#ungraded();
	}

	#tellNulls(): void {
		for (const { indices } of this.#held.splice(0)) for (const index of indices) this.#options.onScore(index, null);
	}

	#nonsense(): SteeringError {
		const wanted = this.#prompt.behavior === null ? 'neither yes nor no' : 'no grade from 0 to 10';
		const said = JSON.stringify(shortened(this.#held[0]!.said));
		return new SteeringError(
			'ERR_FAILED',
			`the judge answers ${wanted}, but ${said}, to each of ${this.#unanswered} replies`,
			{
				hint: 'choose another --judge-model, or a server with structured output',
			},
		);
	}

	#ungraded(): SteeringError {
		const { exchange, said } = this.#held[0]!;
		const replies = this.#held.reduce((sum, { indices }) => sum + indices.length, 0);
		const example = `to ${JSON.stringify(shortened(exchange.question))} it said ${JSON.stringify(shortened(said))}`;
		const which = replies === 1 ? 'one reply' : `${replies} replies`;
		return new SteeringError('ERR_FAILED', `the judge gave no grade from 0 to 10 to ${which} (${example})`, {
			hint: 'the other grades are kept; score with a judge that has structured output, with --overwrite',
		});
	}
}

function shortened(text: string): string {
	return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
