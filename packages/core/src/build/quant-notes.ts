import type { Checkpoint } from '../checkpoints/index.js';
import type { DecoderWeight } from '../onnx/decoder/decoder-weights.js';
import { BLOCK } from '../quantisation/index.js';
import { isRepacked, type QuantSettings } from './quant.js';

/** What became of the matrices, where it is not just what was asked for. */
export function quantNotes(
	checkpoint: Checkpoint,
	settings: QuantSettings,
	weights: readonly DecoderWeight[],
): string[] {
	return [...ownBlocksNotes(checkpoint, weights), ...oddRowsNotes(settings, weights)];
}

/** Of the file's own quantisation: which tensors keep it. */
function ownBlocksNotes(checkpoint: Checkpoint, weights: readonly DecoderWeight[]): string[] {
	const counts = new Map<string, number>();
	for (const weight of weights) {
		for (const part of weight.parts) {
			const type = 'tensor' in part ? checkpoint.quantised?.typeOf(part.tensor) : undefined;
			if (type === undefined || !('tensor' in part)) continue;
			const fate = `${type} ${fateOf(checkpoint, weight, part.tensor)}`;
			counts.set(fate, (counts.get(fate) ?? 0) + 1);
		}
	}
	if (counts.size === 0) return [];
	return [`quantised tensors of the file: ${[...counts].map(([fate, count]) => `${count} ${fate}`).join(', ')}`];
}

function fateOf(checkpoint: Checkpoint, weight: DecoderWeight, tensor: string): string {
	if (typeof weight.stored !== 'object') return `in ${weight.stored}`;
	return isRepacked(checkpoint, weight, tensor) ? 'kept' : `quantised anew in ${weight.stored.bits} bits`;
}

function oddRowsNotes({ quant }: QuantSettings, weights: readonly DecoderWeight[]): string[] {
	if (quant !== 'q4' && quant !== 'q8') return [];
	const odd = weights.filter(({ stored }) => stored === 'float16').length;
	if (odd === 0) return [];
	return [`stored in float16, as their rows are no multiple of ${BLOCK} numbers: ${odd} matrices`];
}
