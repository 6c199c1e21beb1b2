import { z } from 'zod';
import type { ScoredPrompt } from './scored-prompts.js';

/** Characters (code points) of a prompt or reply that an example shows: what fits beside a point. */
export const EXAMPLE_CHARACTERS = 240;

export const exampleSchema = z.object({ prompt: z.string(), reply: z.string(), score: z.number() });
/** A reply, as one reads it beside a point; long texts end in an ellipsis. */
export type Example = z.output<typeof exampleSchema>;

/** The first prompt's first reply, and of the others the first whose score is nearest to `mean`. */
export function examplesOf(prompts: readonly ScoredPrompt[], mean: number): Example[] {
	let nearest: { prompt: ScoredPrompt; at: number; distance: number } | undefined;
	for (const [p, prompt] of prompts.entries()) {
		for (const [at, score] of prompt.scores.entries()) {
			const distance = Math.abs(score - mean);
			if ((p > 0 || at > 0) && distance < (nearest?.distance ?? Infinity)) nearest = { prompt, at, distance };
		}
	}
	const [first] = prompts;
	return [...(first ? [example(first, 0)] : []), ...(nearest ? [example(nearest.prompt, nearest.at)] : [])];
}

function example({ prompt, replies, scores }: ScoredPrompt, at: number): Example {
	return { prompt: shortened(prompt), reply: shortened(replies[at]!), score: scores[at]! };
}

function shortened(text: string): string {
	// A code point takes at most two units: more of a long text need not be split.
	const characters = [...text.slice(0, 2 * EXAMPLE_CHARACTERS + 2)];
	if (characters.length <= EXAMPLE_CHARACTERS) return text;
	return `${characters.slice(0, EXAMPLE_CHARACTERS - 1).join('')}…`;
}
