import { Tensor } from 'onnxruntime-node';
import type { InterventionFeeds } from '../interventions/index.js';
import { CACHE_POSITIONS, FAN_OUT, READOUT_INPUT, TOP_COUNT } from '../onnx/index.js';
import { cacheNames, cachePositions, maskTensor } from './cache-tensors.js';
import type { DecoderSession } from './decoder-session.js';
import type { KvCache } from './kv-cache.js';

export interface TokenRun {
	/** New tokens of each row, one or more; shorter rows are padded on the right. */
	tokens: readonly (readonly number[])[];
	/**
	 * Without a cache: which of `tokens` each row reads, where several rows read the same; what follows is then of as many rows. They
	 * share the layers below the first intervention where the graph allows it. Default: each its own.
	 */
	source?: readonly number[] | undefined;
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
	const { source = run.tokens.map((_, row) => row) } = run;
	const added = source.map((row) => run.tokens[row]!.length);
	const read = session.fansOut ? run.tokens : source.map((row) => run.tokens[row]!);
	const width = Math.max(...added);
	const start = run.cache ? [...run.cache.lengths] : Array<number>(source.length).fill(0);
	const feeds = run.interventions.at({ start, length: width, promptLengths: run.promptLengths });
	feeds.input_ids = tokenIds(read, width);
	feeds[READOUT_INPUT] = readoutPositions(run.readout, added, width);
	if (session.fansOut) feeds[FAN_OUT] = new Tensor('int64', BigInt64Array.from(source, BigInt), [source.length]);
	if (session.wantsPositions) feeds.position_ids = positionIds(run.cache ? start : read.map(() => 0), width);
	if (session.givesLogits) feeds[TOP_COUNT] = new Tensor('int64', BigInt64Array.of(BigInt(run.top ?? 1)), [1]);
	const outputs = [...run.outputs];
	if (run.cache) run.cache.bind(feeds, outputs, width, added);
	else bindNoCache(session, feeds, read, source.length);
	session.work.tokens += read.reduce((sum, { length }) => sum + length, 0);
	const made = await session.run(feeds, outputs);
	run.cache?.update(made, width, added);
	return made;
}

function tokenIds(tokens: TokenRun['tokens'], width: number): Tensor {
	const ids = new BigInt64Array(tokens.length * width);
	for (const [r, row] of tokens.entries()) for (const [i, id] of row.entries()) ids[r * width + i] = BigInt(id);
	return new Tensor('int64', ids, [tokens.length, width]);
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

/** A run that stands alone: an empty past, and a mask over its own tokens. `rows`: how many there are above the shared layers. */
function bindNoCache(
	session: DecoderSession,
	feeds: Record<string, Tensor>,
	tokens: TokenRun['tokens'],
	rows: number,
): void {
	const { cache, stream } = session;
	const lengths = tokens.map(({ length }) => length);
	const width = Math.max(...lengths);
	feeds.attention_mask = maskTensor(lengths.length, width, (row, column) => column < lengths[row]!);
	if (cache.sliced) feeds[CACHE_POSITIONS] = cachePositions(cache, Array(lengths.length).fill(0), width, lengths);
	const empty = (held: number) => new Tensor('float32', new Float32Array(0), [held, cache.heads, 0, cache.headDim]);
	const [below, above] = [empty(lengths.length), empty(rows)];
	for (const [i, { past }] of cacheNames(cache).entries()) feeds[past] = i < 2 * stream.sharedLayers ? below : above;
}
