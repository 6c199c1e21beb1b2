import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
	abQuestionsPath,
	loadAbQuestions,
	loadMmluQuestions,
	loadNeutralText,
	MMLU_PATH,
	NEUTRAL_TEXT_FILE,
} from '@steering/core/datasets';
import type { Settings } from '@steering/core/settings';
import { choiceMeasure, evenly } from './choice-measure.js';
import type { SteeredMeasure } from './steered-measure.js';
import { textMeasure } from './text-measure.js';

/** The project's own English: one up from `eval/src` and `eval/dist` alike. */
export const NEUTRAL_TEXT = fileURLToPath(new URL('../../texts/neutral_text.json', import.meta.url));

export interface DataOptions {
	/** At most so many questions of ab and of mmlu, evenly spread over the file. Default: all. */
	questions?: number | undefined;
	/** A file of neutral text. Default: `neutral_text.json` of the data sets, else the project's own in English. */
	text?: string | undefined;
}

/** The measures of these names with their data. Throws ERR_MISSING_INPUT, ERR_BAD_FILE. */
export async function loadMeasures(
	names: readonly string[],
	{ behavior }: Settings,
	root: string,
	options: DataOptions,
): Promise<SteeredMeasure[]> {
	const measures: SteeredMeasure[] = [];
	const part = <T>(questions: readonly T[]) => evenly(questions, options.questions);
	if (names.includes('ab')) {
		measures.push(choiceMeasure('ab', part(await loadAbQuestions(behavior, root)), abQuestionsPath(behavior)));
	}
	if (names.includes('ppl') || names.includes('kl')) measures.push(await neutral(root, options.text));
	if (names.includes('mmlu')) measures.push(choiceMeasure('mmlu', part(await loadMmluQuestions(root)), MMLU_PATH));
	return measures;
}

async function neutral(root: string, text: string | undefined): Promise<SteeredMeasure> {
	const own = join(root, NEUTRAL_TEXT_FILE);
	const path = text ?? (existsSync(own) ? own : NEUTRAL_TEXT);
	return textMeasure(await loadNeutralText(path, 'give a file with --text'), basename(path));
}
