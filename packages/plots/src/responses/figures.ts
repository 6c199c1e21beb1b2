import { mean, percentile } from '@steering/core/statistics';
import { z } from 'zod';
import { type Example, exampleSchema, examplesOf } from './examples.js';
import type { Label, ScoredPrompt } from './scored-prompts.js';

/** One point of one line: the prompts of one label at one multiplier. */
export interface Figure {
	mult: number;
	/** null with a behavior, whose prompts carry no label. */
	label: Label | null;
	/** Mean over prompts of each prompt's mean score: 0..1 without a behavior, 0..10 with one. */
	mean: number;
	/** 25th percentile over prompts of each prompt's mean score. */
	q25: number;
	q75: number;
	prompts: number;
	/** Replies to each prompt: fewest and most. */
	replies: [number, number];
	/** The first prompt's first reply, then the other one whose score is nearest to the mean. */
	examples: Example[];
}

export const figureSchema: z.ZodType<Figure> = z.object({
	mult: z.number(),
	label: z.enum(['harmful', 'harmless']).nullable(),
	mean: z.number(),
	q25: z.number(),
	q75: z.number(),
	prompts: z.number(),
	replies: z.tuple([z.number(), z.number()]),
	examples: z.array(exampleSchema),
});

/** The figures of one multiplier, one per label (SPEC 1.12). Every label has a prompt: `readScoredPrompts` checks. */
export function figuresOf(mult: number, prompts: readonly ScoredPrompt[]): Figure[] {
	const labels: (Label | null)[] = prompts[0]?.label ? ['harmful', 'harmless'] : [null];
	return labels.map((label) => {
		const group = prompts.filter((prompt) => (prompt.label ?? null) === label);
		const means = group.map(({ scores }) => mean(scores));
		const counts = group.map(({ scores }) => scores.length);
		const center = mean(means);
		return {
			mult,
			label,
			mean: center,
			q25: percentile(means, 25),
			q75: percentile(means, 75),
			prompts: group.length,
			replies: [Math.min(...counts), Math.max(...counts)],
			examples: examplesOf(group, center),
		};
	});
}
