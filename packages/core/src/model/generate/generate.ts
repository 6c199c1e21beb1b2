import type { Intervention, InterventionFeeds } from '../../interventions/index.js';
import type { DecoderSession } from '../decoder-session.js';
import { createCache, type KvCache } from '../kv-cache.js';
import { logitsRead, type NextLogits, runToNext } from '../next-logits.js';
import type { Sampling } from '../sampling.js';
import type { Uniform } from '../seed.js';
import { WaitingRows } from './waiting-rows.js';

/**
 * One reply to generate. Rows that share the same `ids` and `interventions` (the same arrays) share one reading of the prompt, and
 * those that share `ids` alone a part of it.
 */
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
	/** Rows written at the same time; as one is done the next joins. Default: all. */
	maxRows?: number | undefined;
	/** Whether a lone row is computed twice: its numbers are then those that it has beside others. Default: false. */
	neverAlone?: boolean | undefined;
	signal?: AbortSignal | undefined;
	/** Called with each token as it is chosen. */
	onToken?: ((row: number, id: number) => void) | undefined;
	/** Called with the whole reply as it is done, which is not in the order of the rows. */
	onReply?: ((row: number, ids: readonly number[]) => void) | undefined;
	/** Sees (and may change) a row's logits (vocab) before a token is chosen: all of them then leave the graph, and each row has its own. */
	onLogits?: ((row: number, logits: Float32Array) => void) | undefined;
}

/** New token ids of each row, the stop token included when one was reached. */
export async function generate(
	session: DecoderSession,
	rows: readonly GenerateRow[],
	options: GenerateOptions,
): Promise<number[][]> {
	const batch = new RollingBatch(session, rows, options);
	while (await batch.fill()) {
		options.signal?.throwIfAborted();
		await batch.step();
	}
	return batch.replies;
}

/** The rows that are being written: those that are done leave, and others that wait take their places. */
class RollingBatch {
	readonly replies: number[][];
	readonly #session: DecoderSession;
	readonly #rows: readonly GenerateRow[];
	readonly #options: GenerateOptions;
	readonly #waiting: WaitingRows;
	/** How many logits of a row are read; undefined: all. */
	readonly #count: number | undefined;
	readonly #neverAlone: boolean;
	readonly #cache: KvCache;
	/** In the cache's order. */
	#active: number[] = [];
	/** Of the rows that the cache holds; undefined: to be made. */
	#feeds: InterventionFeeds | undefined;

	constructor(session: DecoderSession, rows: readonly GenerateRow[], options: GenerateOptions) {
		const { neverAlone = false, onLogits, sampling, signal } = options;
		this.replies = rows.map(() => []);
		this.#session = session;
		this.#rows = rows;
		this.#options = options;
		this.#neverAlone = neverAlone;
		this.#count = onLogits ? undefined : logitsRead(sampling, session.stream.vocab);
		const apart = onLogits !== undefined;
		this.#waiting = new WaitingRows(session, rows, { count: this.#count, neverAlone, signal, apart });
		this.#cache = createCache(session.cache, 0, 0);
	}

	/** Lets rows join while there is room; returns whether there are any to go on with. */
	async fill(): Promise<boolean> {
		const { maxRows = this.#rows.length, maxNewTokens } = this.#options;
		const joined = [];
		while (this.#waiting.left > 0 && this.#active.length + joined.length < maxRows) {
			for (const each of await this.#waiting.take(maxRows - this.#active.length - joined.length)) {
				if (this.#choose(each.row, each.start.next, each.start.at)) joined.push(each);
			}
		}
		if (joined.length > 0) {
			this.#keep(this.#active.map((_, place) => place));
			this.#active.push(...joined.map(({ row }) => row));
			this.#cache.reserve(Math.max(...this.#active.map((row) => this.#rows[row]!.ids.length)) + maxNewTokens);
			this.#cache.append(joined.map(({ start }) => start.row));
		}
		return this.#active.length > 0;
	}

	/** Writes one token of each row. */
	async step(): Promise<void> {
		const lanes = this.#lanes();
		this.#feeds ??= this.#session.feedsFor(lanes.map((row) => this.#rows[row]!.interventions));
		const run = {
			tokens: lanes.map((row) => [this.replies[row]!.at(-1)!]),
			cache: this.#cache,
			interventions: this.#feeds,
			promptLengths: lanes.map((row) => this.#rows[row]!.ids.length),
		};
		const next = await runToNext(this.#session, run, this.#count);
		const kept = this.#active.flatMap((row, place) => (this.#choose(row, next, place) ? [place] : []));
		if (kept.length < this.#active.length) this.#keep(kept);
	}

	/** The rows of the cache: the active ones, or a lone one and itself once more. */
	#lanes(): number[] {
		if (this.#active.length > 1 || !this.#neverAlone) return this.#active;
		const [row] = this.#active as [number];
		if (this.#cache.lengths.length === 1) {
			this.#cache.append([this.#cache.read(0, this.#cache.lengths[0]!)]);
			this.#feeds = undefined;
		}
		return [row, row];
	}

	/** Chooses a row's next token; returns whether the reply goes on. */
	#choose(row: number, next: NextLogits, at: number): boolean {
		const { sampling, stopIds, maxNewTokens, onLogits, onToken, onReply } = this.#options;
		onLogits?.(row, next.all(at));
		const { id } = next.sample(at, sampling, sampling.temperature === 0 ? 0 : this.#rows[row]!.uniform());
		const reply = this.replies[row]!;
		reply.push(id);
		onToken?.(row, id);
		if (!stopIds.has(id) && reply.length < maxNewTokens) return true;
		onReply?.(row, reply);
		return false;
	}

	/** Keeps the rows at these places, and no company. */
	#keep(places: number[]): void {
		if (places.length < this.#cache.lengths.length) this.#cache.select(places);
		this.#active = places.map((place) => this.#active[place]!);
		this.#feeds = undefined;
	}
}
