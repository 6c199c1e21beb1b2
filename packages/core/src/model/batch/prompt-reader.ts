import type { Intervention, InterventionFeeds } from '../../interventions/index.js';
import type { CachedRow } from '../cached-row.js';
import type { DecoderSession } from '../decoder-session.js';
import { createCache, type KvCache } from '../kv-cache.js';
import { type NextLogits, runToNext } from '../next-logits.js';

/**
 * Reads a prompt piece by piece, from where an earlier one leaves off. One prompt at a time: GroupQueryAttention takes several new
 * tokens on a past only in batches of one.
 */
export class PromptReader {
	/** What follows the last token, once it is read: one row, of all logits. */
	next: NextLogits | undefined;
	readonly #session: DecoderSession;
	readonly #ids: readonly number[];
	readonly #cache: KvCache;
	readonly #feeds: InterventionFeeds;

	constructor(
		session: DecoderSession,
		ids: readonly number[],
		interventions: readonly Intervention[],
		known: { row: CachedRow; length: number } | undefined,
	) {
		this.#session = session;
		this.#ids = ids;
		this.#cache = createCache(session.cache, known ? 0 : 1, ids.length);
		if (known) this.#cache.append([known.row], known.length);
		this.#feeds = session.feedsFor([interventions]);
	}

	/** Reads up to `budget` tokens, one at least; returns how many it were. */
	async read(budget: number): Promise<number> {
		const start = this.#cache.lengths[0]!;
		const left = this.#ids.length - start;
		// A single token at the end would go through the kernel of lone rows.
		const count = left <= budget ? left : left - budget === 1 && budget > 1 ? budget - 1 : budget;
		const run = {
			tokens: [this.#ids.slice(start, start + count)],
			cache: this.#cache,
			interventions: this.#feeds,
			promptLengths: [this.#ids.length],
		};
		const next = await runToNext(this.#session, run, undefined);
		if (count === left) this.next = next;
		return count;
	}

	/** Keys and values of the whole prompt. */
	row(): CachedRow {
		return this.#cache.read(0, this.#ids.length);
	}
}
