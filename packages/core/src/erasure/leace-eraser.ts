import type { LowRankMap } from '../interventions/index.js';
import { checkRows, type Rows } from './rows.js';

export interface LeaceParameters {
	/** (D, k), row-major */
	projLeft: Float64Array;
	/** (k, D), row-major */
	projRight: Float64Array;
	/** (D), or null when the eraser is not affine */
	bias: Float64Array | null;
	width: number;
	/** k, columns that erase nothing included */
	rank: number;
}

/**
 * Takes a concept out of activations: x' = x - projLeft projRight (x - bias) (SPEC 1.5). Only the product of the factors is
 * unique, their signs and rotations are not. Float64.
 */
export class LeaceEraser implements LeaceParameters {
	readonly projLeft: Float64Array;
	readonly projRight: Float64Array;
	readonly bias: Float64Array | null;
	readonly width: number;
	readonly rank: number;

	constructor({ projLeft, projRight, bias, width, rank }: LeaceParameters) {
		this.projLeft = projLeft;
		this.projRight = projRight;
		this.bias = bias;
		this.width = width;
		this.rank = rank;
		Object.freeze(this);
	}

	/** Erased rows, (rows, D). */
	erase(rows: Rows): Float64Array {
		checkRows(rows, this.width);
		const { width, rank, projLeft, projRight, bias } = this;
		const erased = Float64Array.from(rows.data);
		for (let start = 0; start < erased.length; start += width) {
			const x = erased.subarray(start, start + width);
			const found = new Float64Array(rank);
			for (let k = 0; k < rank; k++) {
				for (let i = 0; i < width; i++) found[k]! += projRight[k * width + i]! * (x[i]! - (bias?.[i] ?? 0));
			}
			for (let i = 0; i < width; i++) {
				for (let k = 0; k < rank; k++) x[i]! -= projLeft[i * rank + k]! * found[k]!;
			}
		}
		return erased;
	}

	/** The same as h + (h - center) left right for a graph, in float32; columns that erase nothing are left out. */
	toLowRankMap(): LowRankMap {
		const { width } = this;
		const columns = this.#erasingColumns();
		const rank = columns.length;
		const left = new Float32Array(width * rank);
		const right = new Float32Array(rank * width);
		for (const [k, column] of columns.entries()) {
			for (let i = 0; i < width; i++) {
				left[i * rank + k] = this.projRight[column * width + i]!;
				right[k * width + i] = -this.projLeft[i * this.rank + column]!;
			}
		}
		return { center: Float32Array.from(this.bias ?? new Float64Array(width)), left, right, rank };
	}

	#erasingColumns(): number[] {
		const { width, rank, projRight } = this;
		const all = Array.from({ length: rank }, (_, k) => k);
		return all.filter((k) => projRight.subarray(k * width, (k + 1) * width).some((value) => value !== 0));
	}
}
