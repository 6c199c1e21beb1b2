import { createHash } from 'node:crypto';
import type { Intervention } from '../../interventions/index.js';
import { hookName } from '../../onnx/index.js';
import type { CachedRow } from '../cached-row.js';

/** Prompts with less in common are read afresh: copying has its price too. */
const WORTH_SHARING = 16;
/**
 * A prompt is kept when at least this part of it had to be read. So the prompts of a judge, long examples and a short exchange,
 * keep one copy of the examples, and a conversation is kept again each time it has grown by a third.
 */
const WORTH_KEEPING = 1 / 4;

interface Entry {
	key: string;
	ids: readonly number[];
	row: CachedRow;
}

/** Keys and values of earlier prompts, the most recently used up to a number of bytes. */
export class PrefixStore {
	readonly #maxBytes: number;
	/** The most recently used last. */
	#entries: Entry[] = [];
	#bytes = 0;

	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	get bytes(): number {
		return this.#bytes;
	}

	/**
	 * The kept prompt that begins most like this one, and for how many tokens. At least two are left to read: the last one gives
	 * the logits, and a single token on its own would round differently in 4-bit kernels.
	 */
	find(key: string, ids: readonly number[]): { row: CachedRow; length: number } | undefined {
		let best: { entry: Entry; length: number } | undefined;
		for (const entry of this.#entries) {
			if (entry.key !== key) continue;
			// The last token of the kept prompt may have been steered as the first of its reply.
			const length = commonLength(entry.ids, ids, Math.min(entry.ids.length - 1, ids.length - 2));
			if (length >= WORTH_SHARING && length > (best?.length ?? 0)) best = { entry, length };
		}
		if (!best) return undefined;
		const { entry, length } = best;
		this.#entries = [...this.#entries.filter((other) => other !== entry), entry];
		return { row: entry.row, length };
	}

	/** Keeps a prompt, `read` tokens of which were computed for it, if that is worth it; `copy` is called only then. */
	keep(key: string, ids: readonly number[], read: number, copy: () => CachedRow, bytes: number): void {
		if (ids.length <= WORTH_SHARING || read < ids.length * WORTH_KEEPING || bytes > this.#maxBytes) return;
		const covered = (entry: Entry) =>
			entry.key === key && commonLength(entry.ids, ids, entry.ids.length) === entry.ids.length;
		this.#drop((entry) => covered(entry));
		while (this.#bytes + bytes > this.#maxBytes) {
			const oldest = this.#entries[0];
			this.#drop((entry) => entry === oldest);
		}
		this.#entries.push({ key, ids: [...ids], row: copy() });
		this.#bytes += bytes;
	}

	#drop(which: (entry: Entry) => boolean): void {
		this.#entries = this.#entries.filter((entry) => {
			if (!which(entry)) return true;
			for (const block of entry.row.blocks) this.#bytes -= block.byteLength;
			return false;
		});
	}
}

/**
 * What a prompt's keys and values depend on besides its tokens: the vectors that act on them. With `after` none does before the
 * prompt's last token, and with `before` all do, as without a mask.
 */
export function prefixKey(interventions: readonly Intervention[]): string {
	const acting = interventions.filter(({ toks }) => toks !== 'after');
	if (acting.length === 0) return '';
	const hash = createHash('sha256');
	for (const { point, vector } of acting) {
		hash.update(hookName(point)).update(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
	}
	return hash.digest('hex');
}

function commonLength(a: readonly number[], b: readonly number[], limit: number): number {
	let length = 0;
	while (length < limit && a[length] === b[length]) length++;
	return Math.max(0, length);
}
