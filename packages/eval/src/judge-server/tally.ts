import { SteeringError } from '@steering/core/errors';
import type { ScoreOptions } from '../judge.js';
import type { JudgePrompt } from '../judge-file.js';
import type { Exchange } from '../judge-messages.js';
import type { Score } from '../judge-reply.js';

/** A judge that has said nothing readable after this many exchanges is none. */
const NONSENSE_AFTER = 20;

/** What came of asking about one exchange. */
export interface Verdict {
	/** Undefined: nothing that could be read, at any try. */
	score: Score | undefined;
	expected?: number | null | undefined;
	/** What the judge said, at the first try if at none. */
	said: string;
}

/** Hands scores on, and judges the judge. */
export class Tally {
	readonly #prompt: JudgePrompt;
	readonly #options: ScoreOptions;
	#answered: boolean;
	/** Exchanges without an answer: told of as null once one has an answer, where that is asked for. */
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
		if (this.#answered && this.#options.acceptsNull) this.#tellNulls();
	}

	conclude(): void {
		if (this.#unanswered > 0 && !this.#answered) throw this.#nonsense();
		if (this.#held.length > 0) throw this.#unscored();
	}

	/** What the judge did, instead of what it should. */
	get #wanted(): string {
		return this.#prompt.behavior === null ? 'neither yes nor no' : 'no grade from 0 to 10';
	}

	#tellNulls(): void {
		for (const { indices } of this.#held.splice(0)) for (const index of indices) this.#options.onScore(index, null);
	}

	#nonsense(): SteeringError {
		const said = JSON.stringify(shortened(this.#held[0]!.said));
		return new SteeringError(
			'ERR_FAILED',
			`the judge answers ${this.#wanted}, but ${said}, to each of ${this.#unanswered} replies`,
			{
				hint: 'choose another --judge-model, or a server with structured output',
			},
		);
	}

	#unscored(): SteeringError {
		const { exchange, said } = this.#held[0]!;
		const replies = this.#held.reduce((sum, { indices }) => sum + indices.length, 0);
		const example = `to ${JSON.stringify(shortened(exchange.question))} it said ${JSON.stringify(shortened(said))}`;
		const which = replies === 1 ? 'one reply' : `${replies} replies`;
		return new SteeringError('ERR_FAILED', `the judge gave ${this.#wanted} to ${which} (${example})`, {
			hint: 'the other scores are kept; score with a judge that has structured output, with --overwrite',
		});
	}
}

function shortened(text: string): string {
	return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
