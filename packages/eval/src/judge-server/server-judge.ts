import { setMaxListeners } from 'node:events';
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
import { Tally, type Verdict } from './tally.js';

export interface ServerJudgeOptions extends ConnectOptions {
	/** Requests at once. */
	concurrency: number;
}

/** Tries at an answer that can be read: the greedy one, then sampled ones, each with a seed of its own. */
const ATTEMPTS = 4;

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
		try {
			await pMap(
				distinct(exchanges),
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

	/** Of the greedy answer only. */
	#expected(prompt: JudgePrompt, { tokens }: Reply, attempt: number): number | null | undefined {
		if (!this.#connection.abilities.dialect.logprobs) return undefined;
		return attempt === 0 && tokens ? expectedScore(tokens, prompt.allowed, answerValues(prompt)) : null;
	}
}
