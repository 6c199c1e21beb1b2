import type { Intervention } from '../../interventions/index.js';
import { pythonFloat } from '../../settings/index.js';
import { uniformFor } from '../seed.js';
import type { GenerateRow } from './generate.js';

/** How the replies to a prompt draw. */
export interface Draws {
	seed: number;
	/** How many replies there are. */
	repeats: number;
	mult: number;
}

/**
 * The rows of all replies to a prompt. Each has the generator of its seed, prompt, repeat and multiplier, wherever it is sampled: a
 * random baseline draws what the steered replies drew.
 */
export function replyRows(
	{ prompt, ids }: { prompt: string; ids: readonly number[] },
	interventions: readonly Intervention[],
	{ seed, repeats, mult }: Draws,
): GenerateRow[] {
	return Array.from({ length: repeats }, (_, repeat) => {
		return { ids, interventions, uniform: uniformFor(seed, prompt, repeat, pythonFloat(mult)) };
	});
}
