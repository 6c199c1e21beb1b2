import type { ChoiceQuestion } from '@steering/core/datasets';
import { SteeringError } from '@steering/core/errors';
import type { ChatTokenizer, LogitsRow } from '@steering/core/model';
import { commonPrefixLength } from '../token-prefix.js';

/** A question as the model reads it, up to the token that tells its two answers apart. */
export interface LetterRow extends LogitsRow {
	key: string;
	matching: number;
	other: number;
}

/**
 * The conversation up to `(`, and the tokens that may follow. Found by writing both answers and cutting where they part: where a
 * tokenizer makes one token of `(A`, that is one token earlier. The prompt, for `toks`, ends where the reply begins.
 */
export function letterRow({ question, matching, other }: ChoiceQuestion, tokenizer: ChatTokenizer): LetterRow {
	const asked = { role: 'user' as const, content: question };
	const [first, second] = [matching, other].map((answer) =>
		// Without the closing parenthesis, which a tokenizer may join to the letter.
		tokenizer.encodeChat([asked, { role: 'assistant', content: answer.slice(0, -1) }]),
	) as [number[], number[]];
	const common = commonPrefixLength([first, second]);
	if (common === 0 || common >= first.length || common >= second.length) {
		throw new SteeringError('ERR_MISMATCH', `the tokenizer does not tell ${matching} from ${other}`, {
			hint: 'leave out ab and mmlu for this model',
		});
	}
	const ids = first.slice(0, common);
	return {
		...{ key: question, ids, positions: [common - 1] },
		promptLength: commonPrefixLength([ids, tokenizer.encodeChat([asked])]),
		...{ matching: first[common]!, other: second[common]! },
	};
}

/** P(matching) among the two: the rest of the vocabulary is left out, as in the CAA paper's figures. */
export function matchingProbability(logits: Float32Array, { matching, other }: LetterRow): number {
	return 1 / (1 + Math.exp(logits[other]! - logits[matching]!));
}
