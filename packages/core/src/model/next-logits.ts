import type { Tensor } from 'onnxruntime-node';
import { TOP_IDS, TOP_LOGITS } from '../onnx/index.js';
import type { DecoderSession } from './decoder-session.js';
import { runTokens, type TokenRun } from './run-tokens.js';
import { type Sampling, sample, sampleSorted } from './sampling.js';

/** More than this is not worth sorting in the graph: all logits come out instead. */
const MOST_IN_GRAPH = 256;

/**
 * How many of a row's largest logits sampling reads; undefined: all of them. A number says that the graph can pick them, and
 * that nothing else need leave it.
 */
export function logitsRead({ temperature, topK }: Sampling, vocab: number): number | undefined {
	const count = temperature === 0 ? 1 : topK;
	return count > 0 && count < vocab && count <= MOST_IN_GRAPH ? count : undefined;
}

/** What a run gives to choose the next token of each row from. */
export interface NextLogits {
	/** Of one row; `uniform` in [0, 1). */
	sample(row: number, sampling: Sampling, uniform: number): { id: number; logit: number };
	/** A row's logits (vocab). Only where all were asked for. */
	all(row: number): Float32Array;
}

/** Outputs to ask of a run for `count` logits a row, as {@link logitsRead} says. */
export function nextLogitsOutputs(count: number | undefined): string[] {
	return count === undefined ? ['logits'] : [TOP_LOGITS, TOP_IDS];
}

/** @param outputs of a run whose readout is one position a row */
export function nextLogits(outputs: Record<string, Tensor>, count: number | undefined): NextLogits {
	return count === undefined ? allLogits(outputs.logits!) : topLogits(outputs[TOP_LOGITS]!, outputs[TOP_IDS]!);
}

/** Runs new tokens of each row, and gives what follows the last one of each. `count`: see {@link logitsRead}. */
export async function runToNext(
	session: DecoderSession,
	run: Omit<TokenRun, 'readout' | 'top' | 'outputs'>,
	count: number | undefined,
): Promise<NextLogits> {
	const asked = { readout: 'last', top: count, outputs: nextLogitsOutputs(count) } as const;
	return nextLogits(await runTokens(session, { ...run, ...asked }), count);
}

function allLogits({ data, dims }: Tensor): NextLogits {
	const vocab = dims.at(-1)!;
	const all = (row: number) => (data as Float32Array).subarray(row * vocab, (row + 1) * vocab);
	return {
		all,
		sample(row, sampling, uniform) {
			const logits = all(row);
			const id = sample(logits, sampling, uniform);
			return { id, logit: logits[id]! };
		},
	};
}

function topLogits(values: Tensor, ids: Tensor): NextLogits {
	const count = values.dims.at(-1)!;
	return {
		all() {
			throw new TypeError('only the largest logits were asked for');
		},
		sample(row, sampling, uniform) {
			const logits = (values.data as Float32Array).subarray(row * count, (row + 1) * count);
			const at = sampleSorted(logits, sampling, uniform);
			return { id: Number((ids.data as BigInt64Array)[row * count + at]), logit: logits[at]! };
		},
	};
}
