import type { Tensor } from 'onnxruntime-node';
import type { CachedRow } from './cached-row.js';
import type { CacheShape } from './decoder-session.js';
import { GrowingCache } from './growing-cache.js';
import { SlicedCache } from './sliced-cache.js';

/**
 * The keys and values of what a batch of rows has read so far. Rows are padded on the right: row r holds `lengths[r]` tokens,
 * and the next one is its token `lengths[r]`, wherever the others stand.
 */
export interface KvCache {
	readonly lengths: number[];
	/** Adds past_key_values.* and attention_mask, and the names of what {@link update} needs, for a run of `width` tokens, `added[r]` of them real in row r. */
	bind(feeds: Record<string, Tensor>, outputs: string[], width: number, added: number[]): void;
	/** Takes what the run gave; lengths grow by `added`. */
	update(outputs: Record<string, Tensor>, width: number, added: number[]): void;
	/** Keeps these rows, in this order; a row may be kept many times. */
	select(rows: number[]): void;
	/** Forgets everything after the first `length` tokens of each row. */
	truncate(length: number): void;
	/** Makes room for rows of this many tokens, at least what they hold, and gives up what is far too much. */
	reserve(tokens: number): void;
	/** A copy of the first `length` tokens of a row. */
	read(row: number, length: number): CachedRow;
	/** Adds rows at the end, which hold the first `length` tokens of what was read; default: all of them. */
	append(rows: readonly CachedRow[], length?: number): void;
}

/** Bytes that one token of one row takes in the cache. */
export function bytesPerToken({ layers, heads, headDim }: CacheShape): number {
	return layers * 2 * heads * headDim * Float32Array.BYTES_PER_ELEMENT;
}

export function createCache(shape: CacheShape, rows: number, capacity: number): KvCache {
	return shape.sliced ? new SlicedCache(shape, rows, capacity) : new GrowingCache(shape, rows);
}
