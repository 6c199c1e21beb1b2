import type { Tensor } from 'onnxruntime-node';
import { CACHE_NEW } from '../onnx/index.js';
import { cacheNames } from './cache-tensors.js';
import type { CacheShape, DecoderSession } from './decoder-session.js';

/** Keys and values of one row, apart from any batch: for each layer's keys, then its values, (heads, length, headDim). */
export interface CachedRow {
	length: number;
	blocks: Float32Array[];
}

/** The outputs that {@link cachedRows} reads. */
export function newCacheOutputs(shape: CacheShape): string[] {
	return shape.sliced ? [CACHE_NEW] : cacheNames(shape).map(({ present }) => present);
}

/**
 * The keys and values that a run without a cache made, of each of its rows. `source`: which of the rows below a fan-out each read;
 * `lengths`: its tokens, padding left out.
 */
export function cachedRows(
	{ cache, stream }: DecoderSession,
	outputs: Record<string, Tensor>,
	source: readonly number[],
	lengths: readonly number[],
): CachedRow[] {
	const below = new Set(source).size;
	const { heads, headDim, sliced } = cache;
	const width = Math.max(...lengths);
	const rows = lengths.map((length): CachedRow => ({ length, blocks: [] }));
	const all = sliced ? (outputs[CACHE_NEW]!.data as Float32Array) : undefined;
	let start = 0;
	for (const [i, { present }] of cacheNames(cache).entries()) {
		const shared = i < 2 * stream.sharedLayers;
		const size = (shared ? below : source.length) * heads * width * headDim;
		const data = all ? all.subarray(start, start + size) : (outputs[present]!.data as Float32Array);
		start += size;
		for (const [r, row] of rows.entries()) {
			const block = new Float32Array(heads * row.length * headDim);
			for (let head = 0; head < heads; head++) {
				const from = ((shared ? source[r]! : r) * heads + head) * width * headDim;
				block.set(data.subarray(from, from + row.length * headDim), head * row.length * headDim);
			}
			row.blocks.push(block);
		}
	}
	return rows;
}
