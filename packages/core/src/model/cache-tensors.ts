import { Tensor } from 'onnxruntime-node';
import type { CacheShape } from './decoder-session.js';

const SIDES = ['key', 'value'] as const;

/** The graph's names for each layer's keys and values. */
export function cacheNames(shape: CacheShape): { past: string; present: string }[] {
	return Array.from({ length: shape.layers }, (_, layer) =>
		SIDES.map((side) => ({ past: `past_key_values.${layer}.${side}`, present: `present.${layer}.${side}` })),
	).flat();
}

/** attention_mask, int64 (rows, columns). */
export function maskTensor(rows: number, columns: number, isOn: (row: number, column: number) => boolean): Tensor {
	const mask = new BigInt64Array(rows * columns);
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) if (isOn(row, column)) mask[row * columns + column] = 1n;
	}
	return new Tensor('int64', mask, [rows, columns]);
}
