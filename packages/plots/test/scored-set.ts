import { parseSettings, responsePath, type SettingsInput } from '@steering/core/settings';
import { expect } from 'vitest';
import type { KindInput, PlotKind } from '../src/kinds/kind.js';
import type { Figure } from '../src/responses/figures.js';
import type { ScoredSet } from '../src/responses/scored-sets.js';

/** Scored responses as the scan gives them: `rate` (0 to 1) is the mean of harmful or judged prompts. */
export function scoredSet(
	input: SettingsInput,
	mults: readonly number[],
	rate: (mult: number) => number = (mult) => 1 / (1 + Math.exp(-mult)),
): ScoredSet {
	const settings = parseSettings(input);
	const files = mults.map((mult) => {
		const figure = (label: Figure['label'], mean: number): Figure => {
			return { mult, label, mean, q25: mean, q75: mean, prompts: 50, replies: [10, 10], examples: [] };
		};
		const figures = settings.behavior
			? [figure(null, 10 * rate(mult))]
			: [figure('harmful', rate(mult)), figure('harmless', rate(mult) / 2)];
		return { mult, path: responsePath(settings, mult), figures };
	});
	return { settings, files };
}

/** What a kind draws of scored responses, with the notes it makes. */
export async function drawnBy(
	kind: PlotKind,
	sets: readonly ScoredSet[],
	keys: Pick<KindInput, 'facet' | 'color'> = {},
) {
	const notes: string[] = [];
	const pictures = await kind({
		artifacts: 'artifacts',
		selects: () => true,
		filter: {},
		scored: async () => [...sets],
		onNote: (note) => notes.push(note),
		onProblem: (problem) => expect.fail(problem.message),
		...keys,
	});
	return { pictures, notes };
}
