import { Tensor } from 'onnxruntime-node';
import { cacheOrder } from '../onnx/index.js';
import type { CacheShape } from './decoder-session.js';

/** The graph's names for each layer's keys and values. */
export function cacheNames(shape: CacheShape): { past: string; present: string }[] {
	return cacheOrder(shape.layers).map((cache) => ({ past: `past_key_values.${cache}`, present: `present.${cache}` }));
}

/** cache.positions, int64 (rows, heads, width, 1): where the new tokens lie in their rows; padding repeats the last one. */
export function cachePositions(
	{ heads }: CacheShape,
	start: readonly number[],
	width: number,
	added: readonly number[],
) {
	const positions = new BigInt64Array(start.length * heads * width);
	let at = 0;
	for (const [row, first] of start.entries()) {
		const last = first + added[row]! - 1;
		for (let head = 0; head < heads; head++) {
			for (let i = 0; i < width; i++) positions[at++] = BigInt(Math.max(0, Math.min(first + i, last)));
		}
	}
	return new Tensor('int64', positions, [start.length, heads, width, 1]);
}

/** attention_mask, int64 (rows, columns). */
export function maskTensor(rows: number, columns: number, isOn: (row: number, column: number) => boolean): Tensor {
	const mask = new BigInt64Array(rows * columns);
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) if (isOn(row, column)) mask[row * columns + column] = 1n;
	}
	return new Tensor('int64', mask, [rows, columns]);
}
