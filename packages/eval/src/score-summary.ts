import type { ResponseItem } from '@steering/core/artifacts';
import { mean } from '@steering/core/statistics';
import type { ScoreField } from './scored-file.js';

/** What the scores of one file say, for one label or for all of its prompts. */
export interface ScoreSummary {
	label: 'harmful' | 'harmless' | 'all';
	/** Mean over prompts of each prompt's mean score, as plots draw it; yes counts 1. Null when nothing has a score. */
	mean: number | null;
	/** Replies. */
	n: number;
	/** Replies that the judge gave no score. */
	nulls: number;
}

/** One summary per label, or one of everything where prompts have no labels. */
export function summarise(items: readonly ResponseItem[], field: ScoreField): ScoreSummary[] {
	const labels = (['harmful', 'harmless'] as const).filter((label) => items.some((item) => item.label === label));
	if (labels.length === 0) return [summary('all', items, field)];
	return labels.map((label) =>
		summary(
			label,
			items.filter((item) => item.label === label),
			field,
		),
	);
}

function summary(label: ScoreSummary['label'], items: readonly ResponseItem[], field: ScoreField): ScoreSummary {
	const scores = items.map((item): (boolean | number | null)[] => item[field] ?? []);
	const known = scores
		.map((each) => each.filter((score) => score !== null).map(Number))
		.filter(({ length }) => length > 0);
	const n = scores.flat().length;
	return { label, mean: known.length > 0 ? mean(known.map(mean)) : null, n, nulls: n - known.flat().length };
}
