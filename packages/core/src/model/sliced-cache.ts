import { Tensor } from 'onnxruntime-node';
import { CACHE_NEW, CACHE_POSITIONS } from '../onnx/index.js';
import { cacheNames, cachePositions, maskTensor } from './cache-tensors.js';
import type { CachedRow } from './cached-row.js';
import type { CacheShape } from './decoder-session.js';
import type { KvCache } from './kv-cache.js';

/**
 * GroupQueryAttention: the past is a preallocated buffer with room at the end of each row, and the mask only counts each row's
 * tokens. A run gives the keys and values of its new tokens alone, which are put where the next run reads them.
 */
export class SlicedCache implements KvCache {
	lengths: number[];
	readonly #shape: CacheShape;
	#capacity: number;
	/** Rows that the buffers have room for. */
	#slots: number;
	readonly #names: readonly string[];
	#buffers: Float32Array[];
	#tensors: Tensor[];

	constructor(shape: CacheShape, rows: number, capacity: number) {
		this.#shape = shape;
		this.#capacity = capacity;
		this.#slots = rows;
		this.#names = cacheNames(shape).map(({ past }) => past);
		this.lengths = Array(rows).fill(0);
		this.#buffers = this.#names.map(() => new Float32Array(rows * this.#rowSize));
		this.#tensors = this.#bindTensors();
	}

	get #rowSize(): number {
		return this.#shape.heads * this.#capacity * this.#shape.headDim;
	}

	bind(feeds: Record<string, Tensor>, outputs: string[], width: number, added: number[]): void {
		const after = this.lengths.map((length, row) => length + added[row]!);
		const total = Math.max(...after);
		if (total > this.#capacity)
			throw new RangeError(`the KV cache holds ${this.#capacity} tokens, ${total} are needed`);
		feeds.attention_mask = maskTensor(after.length, total, (row, column) => column < after[row]!);
		feeds[CACHE_POSITIONS] = cachePositions(this.#shape, this.lengths, width, added);
		outputs.push(CACHE_NEW);
		this.#names.forEach((past, i) => {
			feeds[past] = this.#tensors[i]!;
		});
	}

	update(outputs: Record<string, Tensor>, width: number, added: number[]): void {
		const { heads, headDim } = this.#shape;
		const made = outputs[CACHE_NEW]!.data as Float32Array;
		const blocks = this.lengths.length * heads;
		for (const [i, buffer] of this.#buffers.entries()) {
			for (let block = 0; block < blocks; block++) {
				const row = Math.floor(block / heads);
				const from = (i * blocks + block) * width * headDim;
				const to = (block * this.#capacity + this.lengths[row]!) * headDim;
				buffer.set(made.subarray(from, from + added[row]! * headDim), to);
			}
		}
		this.lengths = this.lengths.map((length, row) => length + added[row]!);
	}

	select(rows: number[]): void {
		if (rows.every((from, to) => from >= to)) this.#moveDown(rows);
		else this.#replicate(rows);
		this.lengths = rows.map((row) => this.lengths[row]!);
		this.#tensors = this.#bindTensors();
	}

	truncate(length: number): void {
		this.lengths = this.lengths.map((held) => Math.min(held, length));
	}

	/** Rows that only move towards the front are moved within the buffer, and only as many tokens as they hold. */
	#moveDown(rows: number[]): void {
		rows.forEach((from, to) => {
			if (from !== to) for (const buffer of this.#buffers) this.#copyRow(buffer, from, buffer, to);
		});
	}

	#replicate(rows: number[]): void {
		this.#buffers = this.#buffers.map((source) => {
			const target = new Float32Array(rows.length * this.#rowSize);
			rows.forEach((from, to) => {
				this.#copyRow(source, from, target, to);
			});
			return target;
		});
		this.#slots = rows.length;
	}

	reserve(tokens: number): void {
		// Also when a long row has left: memory that nothing fills.
		if (tokens > this.#capacity || tokens * 2 <= this.#capacity) this.#reallocate(this.#slots, tokens);
	}

	read(row: number, length: number): CachedRow {
		const { heads, headDim } = this.#shape;
		const blocks = this.#buffers.map((buffer) => {
			const block = new Float32Array(heads * length * headDim);
			for (let head = 0; head < heads; head++) {
				const start = (row * heads + head) * this.#capacity * headDim;
				block.set(buffer.subarray(start, start + length * headDim), head * length * headDim);
			}
			return block;
		});
		return { length, blocks };
	}

	append(rows: readonly CachedRow[], length?: number): void {
		const first = this.lengths.length;
		const added = rows.map((row) => length ?? row.length);
		this.#makeRoom(first + rows.length, Math.max(...added));
		const { heads, headDim } = this.#shape;
		for (const [r, row] of rows.entries()) {
			for (const [i, block] of row.blocks.entries()) {
				for (let head = 0; head < heads; head++) {
					const start = head * row.length * headDim;
					this.#buffers[i]!.set(
						block.subarray(start, start + added[r]! * headDim),
						((first + r) * heads + head) * this.#capacity * headDim,
					);
				}
			}
		}
		this.lengths = [...this.lengths, ...added];
		this.#tensors = this.#bindTensors();
	}

	/** An empty cache gets just the rows that come, one that grows twice as many, so that not every row costs a copy. */
	#makeRoom(rows: number, tokens: number): void {
		const slots = rows <= this.#slots ? this.#slots : this.lengths.length === 0 ? rows : powerOfTwo(rows);
		const capacity = Math.max(this.#capacity, tokens);
		if (slots !== this.#slots || capacity !== this.#capacity) this.#reallocate(slots, capacity);
	}

	#reallocate(slots: number, capacity: number): void {
		const { heads, headDim } = this.#shape;
		this.#buffers = this.#buffers.map((source) => {
			const target = new Float32Array(slots * heads * capacity * headDim);
			for (const [row, length] of this.lengths.entries()) {
				for (let block = row * heads; block < (row + 1) * heads; block++) {
					const start = block * this.#capacity * headDim;
					target.set(source.subarray(start, start + length * headDim), block * capacity * headDim);
				}
			}
			return target;
		});
		this.#slots = slots;
		this.#capacity = capacity;
		this.#tensors = this.#bindTensors();
	}

	#copyRow(source: Float32Array, from: number, target: Float32Array, to: number): void {
		const { heads, headDim } = this.#shape;
		const held = this.lengths[from]! * headDim;
		for (let head = 0; head < heads; head++) {
			const start = (from * heads + head) * this.#capacity * headDim;
			target.set(source.subarray(start, start + held), (to * heads + head) * this.#capacity * headDim);
		}
	}

	#bindTensors(): Tensor[] {
		const { heads, headDim } = this.#shape;
		const rows = this.lengths.length;
		return this.#buffers.map(
			(buffer) =>
				new Tensor('float32', buffer.subarray(0, rows * this.#rowSize), [rows, heads, this.#capacity, headDim]),
		);
	}
}

function powerOfTwo(atLeast: number): number {
	return 2 ** Math.ceil(Math.log2(atLeast));
}
