import type { Matrix } from './linear-algebra/matrix.js';
import { chunksOf, type RowSource, type Rows } from './rows.js';
import { RunningMean } from './running-mean.js';

/** Rows that come in pieces, kept in float64; room doubles, so each number is copied a few times at most. */
export class RowBuffer {
	readonly width: number;
	#data: Float64Array;
	#rows = 0;

	constructor(width: number) {
		this.width = width;
		this.#data = new Float64Array(0);
	}

	get rows(): number {
		return this.#rows;
	}

	append(data: ArrayLike<number>): void {
		this.#makeRoom(data.length);
		this.#data.set(data, this.#rows * this.width);
		this.#rows += data.length / this.width;
	}

	/** Room is made once for all chunks. */
	appendRows(rows: RowSource): void {
		this.#makeRoom(rows.rows * rows.width);
		for (const chunk of chunksOf(rows)) this.append(chunk);
	}

	#makeRoom(more: number): void {
		const used = this.#rows * this.width;
		if (used + more <= this.#data.length) return;
		const grown = new Float64Array(Math.max(used + more, 2 * used));
		grown.set(this.#data.subarray(0, used));
		this.#data = grown;
	}

	/** A view, not a copy. */
	matrix(): Matrix {
		return { data: this.#data.subarray(0, this.#rows * this.width), rows: this.#rows, columns: this.width };
	}

	/** The same as rows that a fit takes. */
	view(): Rows {
		return { data: this.matrix().data, rows: this.#rows, width: this.width };
	}

	clear(): void {
		this.#rows = 0;
	}
}

/** Column means of the rows. */
export function columnMeans({ data, columns }: Matrix): Float64Array {
	return new RunningMean(columns).update(data).mean();
}

/** The rows less `center`, as a copy. */
export function centeredRows({ data, rows, columns }: Matrix, center: Float64Array): Matrix {
	const centered = new Float64Array(rows * columns);
	for (let i = 0; i < rows; i++) {
		for (let j = 0; j < columns; j++) centered[i * columns + j] = data[i * columns + j]! - center[j]!;
	}
	return { data: centered, rows, columns };
}

/** Whether rows that come in pieces differ at all: told from the numbers, since a mean of equal numbers may be rounded. */
export class Variation {
	#first: ArrayLike<number> | undefined;
	#found = false;

	add(data: Float32Array | Float64Array, width: number): void {
		if (data.length === 0) return;
		this.#first ??= data.slice(0, width);
		for (let i = 0; i < data.length && !this.#found; i++) this.#found = data[i] !== this.#first[i % width];
	}

	/** Reads no further than to the first difference. */
	addRows(rows: RowSource): void {
		for (const chunk of chunksOf(rows)) {
			if (this.#found) return;
			this.add(chunk, rows.width);
		}
	}

	get found(): boolean {
		return this.#found;
	}
}
