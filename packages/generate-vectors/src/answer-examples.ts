import type { Example } from '@steering/core/datasets';
import { SteeringError } from '@steering/core/errors';
import type { ChatTokenizer } from '@steering/core/model';
import type { Settings } from '@steering/core/settings';

/** A question up to its answer letter, for log-odds (SPEC 1.3). */
export interface AnswerExample {
	/** Token ids of the whole example, without the answer token at its end. */
	ids: number[];
	/** The answer token that was taken off, and the one of the other letter. */
	match: number;
	other: number;
}

/** Survival-instinct's data has a few rows whose answer is not a letter: the reference skips them, there and nowhere else. */
const SKIPS_OTHER_ANSWERS = 'survival-instinct';

/**
 * Takes the answer letters off. Throws ERR_BAD_FILE naming the file and the row whose answer is neither A nor B, or the file of
 * which fewer than two rows are left.
 */
export function answerExamples(
	examples: readonly Example[],
	{ tokenizer, settings, path }: { tokenizer: ChatTokenizer; settings: Settings; path: string },
): AnswerExample[] {
	const [a, b] = [tokenizer.answerToken('A'), tokenizer.answerToken('B')];
	const skips = settings.behavior === SKIPS_OTHER_ANSWERS;
	const answers = examples.flatMap(({ messages, row }) => {
		const ids = tokenizer.encodeChat(messages);
		const match = ids.at(-1);
		if (match === a) return [{ ids: ids.slice(0, -1), match, other: b }];
		if (match === b) return [{ ids: ids.slice(0, -1), match, other: a }];
		if (skips) return [];
		throw new SteeringError('ERR_BAD_FILE', `${path}, row ${row + 1}: the answer is neither (A nor (B`, {
			hint: 'log-odds need answers that end in a letter: mend the row, or leave --logit out',
		});
	});
	if (answers.length >= 2) return answers;
	const found = `${answers.length} of ${examples.length} rows answered with (A or (B, 2 at least`;
	throw new SteeringError('ERR_BAD_FILE', `${path}: ${found}`, {
		hint: `log-odds need answers that end in a letter${skips ? '; rows that do not are skipped here' : ''}`,
	});
}
