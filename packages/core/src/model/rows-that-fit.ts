import { totalmem } from 'node:os';
import type { ModelInfo } from './hooked-model.js';

/** Of the machine's memory: weights, activations and other programs have the rest. */
const CACHE_SHARE = 0.25;

/** How many rows of this many tokens may be written at the same time: as many as the KV cache has memory for, one at least. */
export function rowsThatFit(
	{ cacheBytesPerToken }: Pick<ModelInfo, 'cacheBytesPerToken'>,
	tokens: number,
	memory = usableMemory(),
): number {
	return Math.max(1, Math.floor((memory * CACHE_SHARE) / (cacheBytesPerToken * tokens)));
}

/** A container may have less than the machine; where it has no limit, the number is none or too large to be one. */
function usableMemory(): number {
	const limit = process.constrainedMemory();
	return limit && limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
