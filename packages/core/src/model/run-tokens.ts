import { Tensor } from 'onnxruntime-node';
import type { InterventionFeeds } from '../interventions/index.js';
import { CACHE_POSITIONS, READOUT_INPUT, TOP_COUNT } from '../onnx/index.js';
import { cachePositions } from './cache-tensors.js';
import type { DecoderSession } from './decoder-session.js';
import type { KvCache } from './kv-cache.js';

export interface TokenRun {
	/** New tokens of each row, one or more; shorter rows are padded on the right. */
	tokens: readonly (readonly number[])[];
	/** What came before them; undefined: nothing, and nothing is kept. */
	cache?: KvCache | undefined;
	interventions: InterventionFeeds;
	promptLengths: number[];
	/**
	 * Which of the new tokens are read out: `last` of each row, `all` up to the longest row, or a list a row, of indices into the
	 * row; shorter lists are filled up with their row's first token.
	 */
	readout: 'last' | 'all' | readonly (readonly number[])[];
	/** How many of the largest logits are computed for `top.logits` and `top.ids`. Default: 1. */
	top?: number | undefined;
	/** Names of the outputs to return. */
	outputs: readonly string[];
}

/** Runs the new tokens of each row through the model: the one place where tokens, positions, masks and cache meet. */
export async function runTokens(session: DecoderSession, run: TokenRun): Promise<Record<string, Tensor>> {
	const rows = run.tokens.length;
	const added = run.tokens.map((row) => row.length);
	const width = Math.max(...added);
	const start = run.cache ? [...run.cache.lengths] : Array<number>(rows).fill(0);
	const ids = new BigInt64Array(rows * width);
	run.tokens.forEach((row, r) => {
		row.forEach((id, i) => {
			ids[r * width + i] = BigInt(id);
		});
	});
	const feeds = run.interventions.at({ start, length: width, promptLengths: run.promptLengths });
	feeds.input_ids = new Tensor('int64', ids, [rows, width]);
	feeds[READOUT_INPUT] = readoutPositions(run.readout, added, width);
	if (session.wantsPositions) feeds.position_ids = positionIds(start, width);
	if (session.givesLogits) feeds[TOP_COUNT] = new Tensor('int64', BigInt64Array.of(BigInt(run.top ?? 1)), [1]);
	const outputs = [...run.outputs];
	if (run.cache) run.cache.bind(feeds, outputs, width, added);
	else bindNoCache(session, feeds, added, width);
	session.work.tokens += added.reduce((sum, length) => sum + length, 0);
	const made = await session.run(feeds, outputs);
	run.cache?.update(made, width, added);
	return made;
}

function readoutPositions(readout: TokenRun['readout'], added: number[], width: number): Tensor {
	const rows = added.length;
	if (typeof readout !== 'string') {
		const longest = Math.max(...readout.map((row) => row.length));
		const positions = readout.flatMap((row) => Array.from({ length: longest }, (_, i) => BigInt(row[i] ?? 0)));
		return new Tensor('int64', BigInt64Array.from(positions), [rows, longest, 1]);
	}
	if (readout === 'last')
		return new Tensor(
			'int64',
			BigInt64Array.from(added, (n) => BigInt(n - 1)),
			[rows, 1, 1],
		);
	const positions = BigInt64Array.from({ length: rows * width }, (_, i) => BigInt(i % width));
	return new Tensor('int64', positions, [rows, width, 1]);
}

function positionIds(start: number[], width: number): Tensor {
	const rows = start.length;
	const positions = BigInt64Array.from({ length: rows * width }, (_, i) =>
		BigInt(start[Math.floor(i / width)]! + (i % width)),
	);
	return new Tensor('int64', positions, [rows, width]);
}

/** A run that stands alone: an empty past, and a mask over its own tokens. */
function bindNoCache(session: DecoderSession, feeds: Record<string, Tensor>, added: number[], width: number): void {
	const rows = added.length;
	const { layers, heads, headDim } = session.cache;
	const mask = new BigInt64Array(rows * width);
	for (const [row, length] of added.entries()) mask.fill(1n, row * width, row * width + length);
	feeds.attention_mask = new Tensor('int64', mask, [rows, width]);
	if (session.cache.sliced) feeds[CACHE_POSITIONS] = cachePositions(session.cache, Array(rows).fill(0), width, added);
	const empty = new Tensor('float32', new Float32Array(0), [rows, heads, 0, headDim]);
	for (let layer = 0; layer < layers; layer++) {
		feeds[`past_key_values.${layer}.key`] = empty;
		feeds[`past_key_values.${layer}.value`] = empty;
	}
}
