import { Tensor } from 'onnxruntime-node';
import { cacheNames, maskTensor } from './cache-tensors.js';
import type { CachedRow } from './cached-row.js';
import type { CacheShape } from './decoder-session.js';
import type { KvCache } from './kv-cache.js';

/** Plain attention: each run returns the cache one run longer, and the mask hides the padding that lies inside it. */
export class GrowingCache implements KvCache {
	lengths: number[];
	readonly #shape: CacheShape;
	readonly #names: { past: string; present: string }[];
	#tensors: Tensor[];
	/** slots[r][s]: whether slot s of row r holds a token. */
	#slots: boolean[][];

	constructor(shape: CacheShape, rows: number) {
		this.#shape = shape;
		this.#names = cacheNames(shape);
		this.lengths = Array(rows).fill(0);
		this.#slots = Array.from({ length: rows }, () => []);
		this.#tensors = this.#names.map(
			() => new Tensor('float32', new Float32Array(0), [rows, shape.heads, 0, shape.headDim]),
		);
	}

	bind(feeds: Record<string, Tensor>, outputs: string[], width: number, added: number[]): void {
		const slots = this.#grown(width, added);
		feeds.attention_mask = maskTensor(slots.length, slots[0]!.length, (row, column) => slots[row]![column]!);
		this.#names.forEach(({ past, present }, i) => {
			feeds[past] = this.#tensors[i]!;
			outputs.push(present);
		});
	}

	update(outputs: Record<string, Tensor>, width: number, added: number[]): void {
		this.#tensors = this.#names.map(({ present }) => outputs[present]!);
		this.#slots = this.#grown(width, added);
		this.lengths = this.lengths.map((length, row) => length + added[row]!);
	}

	select(rows: number[]): void {
		const { heads, headDim } = this.#shape;
		const columns = this.#slots[0]?.length ?? 0;
		const rowSize = heads * columns * headDim;
		this.#tensors = this.#tensors.map((tensor) => {
			const source = tensor.data as Float32Array;
			const target = new Float32Array(rows.length * rowSize);
			rows.forEach((from, to) => {
				target.set(source.subarray(from * rowSize, (from + 1) * rowSize), to * rowSize);
			});
			return new Tensor('float32', target, [rows.length, heads, columns, headDim]);
		});
		this.lengths = rows.map((row) => this.lengths[row]!);
		this.#slots = rows.map((row) => [...this.#slots[row]!]);
	}

	truncate(length: number): void {
		this.#slots = this.#slots.map((row) => {
			let held = 0;
			return row.map((on) => on && held++ < length);
		});
		this.#dropEmptyColumns();
		this.lengths = this.lengths.map((held) => Math.min(held, length));
	}

	/** Without this a cache that is truncated again and again would grow for ever. */
	#dropEmptyColumns(): void {
		const columns = this.#slots[0]!.length;
		let used = columns;
		while (used > 0 && this.#slots.every((row) => !row[used - 1])) used--;
		if (used === columns) return;
		const { heads, headDim } = this.#shape;
		this.#tensors = this.#tensors.map((tensor) => {
			const source = tensor.data as Float32Array;
			const target = new Float32Array(this.#slots.length * heads * used * headDim);
			for (let block = 0; block < this.#slots.length * heads; block++) {
				const start = block * columns * headDim;
				target.set(source.subarray(start, start + used * headDim), block * used * headDim);
			}
			return new Tensor('float32', target, [this.#slots.length, heads, used, headDim]);
		});
		this.#slots = this.#slots.map((row) => row.slice(0, used));
	}

	/** Its tensors grow by themselves. */
	reserve(_tokens: number): void {}

	read(row: number, length: number): CachedRow {
		const { heads, headDim } = this.#shape;
		const columns = this.#slots[row]!.length;
		const held = this.#slots[row]!.flatMap((on, column) => (on ? [column] : [])).slice(0, length);
		const blocks = this.#tensors.map((tensor) => {
			const block = new Float32Array(heads * length * headDim);
			for (let head = 0; head < heads; head++) {
				for (const [token, column] of held.entries()) {
					const start = ((row * heads + head) * columns + column) * headDim;
					const source = (tensor.data as Float32Array).subarray(start, start + headDim);
					block.set(source, (head * length + token) * headDim);
				}
			}
			return block;
		});
		return { length, blocks };
	}

	/** All rows are packed to the left: in a batch that rows join and leave, the padding inside would add up. */
	append(added: readonly CachedRow[], length?: number): void {
		const { heads, headDim } = this.#shape;
		const rows = this.lengths.map((held, r) => ({ row: this.read(r, held), length: held }));
		for (const row of added) rows.push({ row, length: length ?? row.length });
		const columns = Math.max(...rows.map((each) => each.length));
		this.#tensors = this.#names.map((_, i) => {
			const target = new Float32Array(rows.length * heads * columns * headDim);
			for (const [r, each] of rows.entries()) {
				for (let head = 0; head < heads; head++) {
					const start = head * each.row.length * headDim;
					const source = each.row.blocks[i]!.subarray(start, start + each.length * headDim);
					target.set(source, (r * heads + head) * columns * headDim);
				}
			}
			return new Tensor('float32', target, [rows.length, heads, columns, headDim]);
		});
		this.lengths = rows.map((each) => each.length);
		this.#slots = this.lengths.map((held) => Array.from({ length: columns }, (_, column) => column < held));
	}

	#grown(width: number, added: number[]): boolean[][] {
		return this.#slots.map((row, r) => [...row, ...Array.from({ length: width }, (_, i) => i < added[r]!)]);
	}
}
