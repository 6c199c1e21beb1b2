import type { SettingsInput } from '@steering/core/settings';
import { seq } from './seq.js';

/** How far the multipliers of each data set's vectors reach before replies break down, at every sub-layer together. */
const LARGEST = { ab: 4, openr: 2, open: 2, opencon: 1, caa: 1.5, abcon: 3, prompts: 1.5 } as const;
/** Log-odds vectors are shorter, and so is the effect of a single layer. */
const LOGIT_FACTOR = 4;
const ONE_LAYER_FACTOR = 2.5;

export interface Range {
	/** Multipliers on each side of 0 (default 10). */
	readonly steps?: number;
	/** Times the usual reach (default 1). */
	readonly scale?: number;
}

/** The range of the reference's sweeps for these settings: 21 multipliers, as `seq` prints them. */
export function usualMults(
	{ dataset = 'prompts', logit = false, layer }: SettingsInput,
	{ steps = 10, scale = 1 }: Range = {},
): string[] {
	const largest = LARGEST[dataset] * scale * (logit ? LOGIT_FACTOR : 1) * (layer === 'all' ? 1 : ONE_LAYER_FACTOR);
	// These are exact in decimals once the noise of binary fractions is rounded away.
	const [to, step] = [largest, largest / steps].map((value) => Number(value.toFixed(6)));
	return seq(-to!, step!, to!);
}
