import { type Intervention, InterventionFeeds } from '../interventions/index.js';
import type { DecoderSession } from './decoder-session.js';
import { createCache, type KvCache } from './kv-cache.js';
import { logitsRead, type NextLogits, nextLogits, nextLogitsOutputs } from './next-logits.js';
import { runTokens } from './run-tokens.js';
import type { Sampling } from './sampling.js';
import type { Uniform } from './seed.js';

/** One reply to generate. Rows that share the same `ids` and `interventions` (the same arrays) share one prefill. */
export interface GenerateRow {
	/** The prompt, at least one token. */
	ids: readonly number[];
	interventions: readonly Intervention[];
	uniform: Uniform;
}

export interface GenerateOptions {
	maxNewTokens: number;
	stopIds: ReadonlySet<number>;
	sampling: Sampling;
	signal?: AbortSignal | undefined;
	/** Called with each token as it is chosen. */
	onToken?: ((row: number, id: number) => void) | undefined;
	/** Sees (and may change) a row's logits (vocab) before a token is chosen: all of them then leave the graph, and each row has its own. */
	onLogits?: ((row: number, logits: Float32Array) => void) | undefined;
}

/** New token ids of each row, the stop token included when one was reached. */
export async function generate(
	session: DecoderSession,
	rows: readonly GenerateRow[],
	options: GenerateOptions,
): Promise<number[][]> {
	if (rows.length === 0) return [];
	const batch = await prefill(session, rows, options);
	const replies: number[][] = rows.map(() => []);
	while (batch.active.length > 0) {
		options.signal?.throwIfAborted();
		const kept = chooseTokens(batch, rows, replies, options);
		if (kept.length === 0) break;
		if (kept.length < batch.active.length) dropFinished(batch, kept, rows, session);
		const tokens = batch.active.map((row) => [replies[row]!.at(-1)!]);
		await step(session, batch, tokens);
	}
	return replies;
}

interface Batch {
	/** Which of the rows are still being written, in the cache's order. */
	active: number[];
	cache: KvCache;
	interventions: InterventionFeeds;
	promptLengths: number[];
	/** How many logits of a row are read; undefined: all. */
	count: number | undefined;
	/** Of the last position of each active row, and where each finds its own: rows with one prompt share them at first. */
	next: NextLogits;
	nextRow: readonly number[];
}

async function prefill(
	session: DecoderSession,
	rows: readonly GenerateRow[],
	options: GenerateOptions,
): Promise<Batch> {
	options.signal?.throwIfAborted();
	const { leaders, leaderOf } = options.onLogits ? eachItsOwn(rows) : sharePrompts(rows);
	const first = leaders.map((row) => rows[row]!);
	const longest = Math.max(...first.map((row) => row.ids.length));
	const cache = createCache(session.cache, leaders.length, longest + options.maxNewTokens);
	const promptLengths = first.map((row) => row.ids.length);
	const count = options.onLogits ? undefined : logitsRead(options.sampling, session.stream.vocab);
	const outputs = await runTokens(session, {
		tokens: first.map((row) => row.ids),
		cache,
		interventions: feedsFor(first, session),
		promptLengths,
		readout: 'last',
		top: count,
		outputs: nextLogitsOutputs(count),
	});
	if (leaders.length < rows.length) cache.select(leaderOf);
	return {
		active: rows.map((_, row) => row),
		cache,
		interventions: feedsFor(rows, session),
		promptLengths: rows.map((row) => row.ids.length),
		count,
		next: nextLogits(outputs, count),
		nextRow: leaderOf,
	};
}

/** Rows with the same prompt and the same interventions are read once; the cache is copied, not computed again. */
function sharePrompts(rows: readonly GenerateRow[]): { leaders: number[]; leaderOf: number[] } {
	const leaders: number[] = [];
	const leaderOf = rows.map((row, r) => {
		const found = leaders.findIndex((l) => rows[l]!.ids === row.ids && rows[l]!.interventions === row.interventions);
		return found === -1 ? leaders.push(r) - 1 : found;
	});
	return { leaders, leaderOf };
}

function eachItsOwn(rows: readonly GenerateRow[]): { leaders: number[]; leaderOf: number[] } {
	const all = rows.map((_, r) => r);
	return { leaders: all, leaderOf: all };
}

function feedsFor(rows: readonly GenerateRow[], session: DecoderSession): InterventionFeeds {
	const interventions = rows.map((row) => row.interventions);
	return new InterventionFeeds(session.points, interventions, session.stream.width);
}

/** Chooses each active row's next token; returns the places (in `active`) of those that go on. */
function chooseTokens(
	batch: Batch,
	rows: readonly GenerateRow[],
	replies: number[][],
	options: GenerateOptions,
): number[] {
	const { sampling } = options;
	return batch.active.flatMap((row, place) => {
		const at = batch.nextRow[place]!;
		options.onLogits?.(row, batch.next.all(at));
		const { id } = batch.next.sample(at, sampling, sampling.temperature === 0 ? 0 : rows[row]!.uniform());
		const reply = replies[row]!;
		reply.push(id);
		options.onToken?.(row, id);
		return options.stopIds.has(id) || reply.length >= options.maxNewTokens ? [] : [place];
	});
}

function dropFinished(batch: Batch, kept: number[], rows: readonly GenerateRow[], session: DecoderSession): void {
	batch.cache.select(kept);
	batch.active = kept.map((place) => batch.active[place]!);
	const active = batch.active.map((row) => rows[row]!);
	batch.interventions = feedsFor(active, session);
	batch.promptLengths = active.map((row) => row.ids.length);
}

async function step(session: DecoderSession, batch: Batch, tokens: number[][]): Promise<void> {
	const outputs = await runTokens(session, {
		tokens,
		cache: batch.cache,
		interventions: batch.interventions,
		promptLengths: batch.promptLengths,
		readout: 'last',
		top: batch.count,
		outputs: nextLogitsOutputs(batch.count),
	});
	batch.next = nextLogits(outputs, batch.count);
	batch.nextRow = batch.active.map((_, place) => place);
}
