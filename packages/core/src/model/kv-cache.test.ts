import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { CACHE_NEW, CACHE_POSITIONS } from '../onnx/index.js';
import type { CacheShape } from './decoder-session.js';
import { createCache, type KvCache } from './kv-cache.js';

const shape = (sliced: boolean): CacheShape => ({ layers: 1, heads: 2, headDim: 3, sliced });
const CAPACITY = 8;

/** Number that a cell must hold: it tells which row wrote it, at which of the row's tokens. */
const cell = (row: number, token: number, head: number, i: number) => 1000 * row + 100 * token + 10 * head + i + 1;

/** Stands in for a session's run: gives `tokens` new tokens of each row as attention would, in the layout that was asked for. */
function runOnce(cache: KvCache, rowNames: number[], added: number[]): void {
	const feeds: Record<string, Tensor> = {};
	const outputs: string[] = [];
	const width = Math.max(...added);
	const before = [...cache.lengths];
	cache.bind(feeds, outputs, width, added);
	const made = (at: (row: number, token: number, head: number) => number, columns: number, data: Float32Array) => {
		rowNames.forEach((name, row) => {
			for (let t = 0; t < added[row]!; t++) {
				for (let head = 0; head < 2; head++) {
					for (let i = 0; i < 3; i++) data[at(row, t, head) * 3 + i] = cell(name, before[row]! + t, head, i);
				}
			}
		});
		return new Tensor('float32', data, [data.length / 6 / columns, 2, columns, 3]);
	};
	const rows = rowNames.length;
	if (outputs.includes(CACHE_NEW)) {
		const positions = feeds[CACHE_POSITIONS]!;
		expect(positions.dims).toEqual([rows, 2, width, 1]);
		rowNames.forEach((_, row) => {
			const own = Array.from({ length: added[row]! }, (_, t) => BigInt(before[row]! + t));
			for (const head of [0, 1]) {
				const start = (row * 2 + head) * width;
				expect([...(positions.data as BigInt64Array).subarray(start, start + added[row]!)]).toEqual(own);
			}
		});
		const both = new Float32Array(2 * rows * 2 * width * 3);
		made((row, t, head) => (row * 2 + head) * width + t, width, both.subarray(0, both.length / 2));
		both.copyWithin(both.length / 2, 0, both.length / 2);
		cache.update({ [CACHE_NEW]: new Tensor('float32', both, [2 * rows, 2, width, 3]) }, width, added);
		return;
	}
	const past = feeds['past_key_values.0.key']!;
	const held = past.dims[2] as number;
	const columns = held + width;
	const present = made((row, t, head) => (row * 2 + head) * columns + held + t, columns, grown(past, columns));
	cache.update({ 'present.0.key': present, 'present.0.value': present }, width, added);
}

/** The past with room for `columns` tokens a row. */
function grown(past: Tensor, columns: number): Float32Array {
	const [rows, heads, held, size] = past.dims as [number, number, number, number];
	const present = new Float32Array(rows * heads * columns * size);
	for (let block = 0; block < rows * heads; block++) {
		const source = (past.data as Float32Array).subarray(block * held * size, (block + 1) * held * size);
		present.set(source, block * columns * size);
	}
	return present;
}

/** What attention would see of a row: the cells that its mask lets through, head by head. */
function visible(cache: KvCache, row: number): number[] {
	const feeds: Record<string, Tensor> = {};
	cache.bind(
		feeds,
		[],
		1,
		cache.lengths.map(() => 0),
	);
	const key = feeds['past_key_values.0.key']!;
	const mask = feeds.attention_mask!;
	const columns = key.dims[2] as number;
	const maskColumns = mask.dims[1] as number;
	const seen: number[] = [];
	for (let head = 0; head < 2; head++) {
		for (let slot = 0; slot < Math.min(columns, maskColumns); slot++) {
			if ((mask.data as BigInt64Array)[row * maskColumns + slot] !== 1n) continue;
			const start = ((row * 2 + head) * columns + slot) * 3;
			seen.push(...(key.data as Float32Array).subarray(start, start + 3));
		}
	}
	return seen;
}

function expected(name: number, tokens: number): number[] {
	const cells: number[] = [];
	for (let head = 0; head < 2; head++) {
		for (let t = 0; t < tokens; t++) for (let i = 0; i < 3; i++) cells.push(cell(name, t, head, i));
	}
	return cells;
}

describe.each([true, false])('a cache of which new tokens come out alone: %s', (sliced) => {
	it('keeps each row its own tokens through padding, dropping, repeating and going on', () => {
		const cache = createCache(shape(sliced), 3, CAPACITY);
		runOnce(cache, [0, 1, 2], [2, 4, 1]);
		runOnce(cache, [0, 1, 2], [1, 1, 1]);
		expect(cache.lengths).toEqual([3, 5, 2]);
		for (const [row, length] of [3, 5, 2].entries()) expect(visible(cache, row)).toEqual(expected(row, length));
		cache.select([1, 2]);
		runOnce(cache, [1, 2], [1, 1]);
		expect(visible(cache, 0)).toEqual(expected(1, 6));
		expect(visible(cache, 1)).toEqual(expected(2, 3));
		cache.select([1, 1, 0]);
		expect(cache.lengths).toEqual([3, 3, 6]);
		runOnce(cache, [2, 2, 1], [1, 1, 1]);
		for (const [row, [name, length]] of [
			[2, 4],
			[2, 4],
			[1, 7],
		].entries()) {
			expect(visible(cache, row)).toEqual(expected(name!, length!));
		}
	});

	it('takes rows in, grows with them, and copies them out', () => {
		const cache = createCache(shape(sliced), 0, 2);
		const other = createCache(shape(sliced), 1, CAPACITY);
		runOnce(other, [7], [5]);
		const row = other.read(0, 5);
		for (const length of [3, 5]) cache.append([row], length);
		cache.append([{ ...other.read(0, 1) }]);
		expect(cache.lengths).toEqual([3, 5, 1]);
		cache.reserve(6);
		for (const [r, length] of [3, 5, 1].entries()) expect(visible(cache, r)).toEqual(expected(7, length));
		runOnce(cache, [7, 7, 7], [1, 1, 1]);
		cache.select([1, 2]);
		cache.append([cache.read(0, 4)]);
		for (const [r, length] of [6, 2, 4].entries()) {
			expect(visible(cache, r)).toEqual(expected(7, length));
			expect(cache.read(r, length).blocks[0]).toEqual(Float32Array.from(expected(7, length)));
		}
	});

	it('forgets what comes after a prefix, as often as it is asked to', () => {
		const cache = createCache(shape(sliced), 1, CAPACITY);
		runOnce(cache, [0], [3]);
		for (let round = 0; round < 5; round++) {
			runOnce(cache, [0], [4]);
			expect(visible(cache, 0)).toEqual(expected(0, 7));
			cache.truncate(3);
			expect(visible(cache, 0)).toEqual(expected(0, 3));
		}
	});
});

it('a cache that is too small says so', () => {
	const cache = createCache(shape(true), 1, 2);
	expect(() => cache.bind({}, [], 3, [3])).toThrow('the KV cache holds 2 tokens, 3 are needed');
});
