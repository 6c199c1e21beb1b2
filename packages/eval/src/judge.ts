import type { JudgePrompt } from './judge-file.js';
import type { Exchange } from './judge-messages.js';
import type { Score } from './judge-reply.js';

/** Who judged, as the manifest beside the scores says it: two scores of one identity may be compared. */
export type JudgeIdentity =
	| {
			kind: 'local';
			name: string;
			fingerprint: string;
			precision: string;
			/** Hash of the judge prompt: its words, examples and allowed answers. */
			prompt: string;
	  }
	| {
			kind: 'server';
			/** The served model's name. */
			name: string;
			/** The form of structured output that the server obeys; `none`: its replies are parsed. */
			constraint: string;
			prompt: string;
	  };

export interface ScoreOptions {
	signal?: AbortSignal | undefined;
	/**
	 * Each score as it comes, in any order; `expected`, where log-probabilities are known, is the expectation over the
	 * allowed answers (yes 1, no 0), null where they do not decide it.
	 */
	onScore: (index: number, score: Score, expected?: number | null) => void;
	/** Whether a reply that gets no answer is told of as null. Default: the other scores are told of, then it is an error. */
	acceptsNull?: boolean | undefined;
	/** Replies to the same judge prompt that have their scores from before: the judge is known to answer then. */
	earlier?: number | undefined;
}

/** Whatever gives scores: a model in this process, or a server. */
export interface Judge {
	identity(prompt: JudgePrompt): JudgeIdentity;
	/** Resolves when `onScore` has been told of every exchange. */
	score(prompt: JudgePrompt, exchanges: readonly Exchange[], options: ScoreOptions): Promise<void>;
	release(): Promise<void>;
}
