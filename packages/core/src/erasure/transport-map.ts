import type { DenseMap, LowRankMap } from '../interventions/index.js';
import type { SpanOperator } from './covariance.js';
import { identity, type Matrix, shifted, transpose, zeros } from './linear-algebra/matrix.js';
import { times, timesTransposed } from './linear-algebra/product.js';
import { centeredRows } from './row-buffer.js';
import { checkRows, type Rows } from './rows.js';
import type { Span } from './span.js';

/**
 * Takes activations of one class to another: x' = T (x - sourceMean) + targetMean, with the symmetric T = scale I + left right.
 * Float64.
 */
export class TransportMap {
	/** (D) */
	readonly sourceMean: Float64Array;
	/** (D) */
	readonly targetMean: Float64Array;
	readonly width: number;
	/** r; 0 for the identity. */
	readonly rank: number;
	readonly scale: number;
	readonly #core: Matrix;
	readonly #span: Span;
	#left: Float64Array | undefined;

	constructor(operator: SpanOperator, span: Span, sourceMean: Float64Array, targetMean: Float64Array) {
		// In the whole space there is no rest to have a scale; leaving the identity out keeps maps near it small.
		this.scale = span.basis === null ? 1 : operator.rest;
		const core = shifted(operator.core, 1, -this.scale);
		const isIdentity = core.data.every((value) => value === 0);
		this.#core = isIdentity ? zeros(0, 0) : core;
		this.#span = span;
		this.rank = this.#core.rows;
		this.width = span.width;
		this.sourceMean = sourceMean;
		this.targetMean = targetMean;
		Object.freeze(this);
	}

	/** (D, r), row-major */
	get left(): Float64Array {
		this.#left ??= this.#makeLeft();
		return this.#left;
	}

	/** (r, D), row-major: orthonormal rows, which the maps between all classes of a fit share. */
	get right(): Float64Array {
		if (this.rank === 0) return new Float64Array(0);
		return (this.#span.basis ?? identity(this.width)).data;
	}

	/** Moved rows, (rows, D). */
	apply(rows: Rows): Float64Array {
		checkRows(rows, this.width);
		const x = centeredRows(
			{ data: Float64Array.from(rows.data), rows: rows.rows, columns: this.width },
			this.sourceMean,
		);
		const moved = this.#lowRankPart(x);
		for (let i = 0; i < moved.length; i++) moved[i]! += this.scale * x.data[i]! + this.targetMean[i % this.width]!;
		return moved;
	}

	/** T - I for a graph, in float32, about the source's mean; {@link shift} is added beside it. T is symmetric. */
	toGraphMap(): LowRankMap | DenseMap {
		const center = Float32Array.from(this.sourceMean);
		const isDense = this.#span.basis === null && this.rank > 0;
		if (isDense) return { center, matrix: Float32Array.from(this.#core.data) };
		return {
			center,
			left: Float32Array.from(this.left),
			right: Float32Array.from(this.right),
			rank: this.rank,
			scale: this.scale - 1,
		};
	}

	/** targetMean - sourceMean, float32: h + map(h) + shift is the moved h. */
	get shift(): Float32Array {
		return Float32Array.from(this.targetMean, (value, i) => value - this.sourceMean[i]!);
	}

	#lowRankPart(x: Matrix): Float64Array {
		if (this.rank === 0) return new Float64Array(x.data.length);
		const { basis } = this.#span;
		if (basis === null) return timesTransposed(x, this.#core).data;
		return times(timesTransposed(timesTransposed(x, basis), this.#core), basis).data;
	}

	#makeLeft(): Float64Array {
		if (this.rank === 0) return new Float64Array(0);
		const { basis } = this.#span;
		return basis === null ? this.#core.data : timesTransposed(transpose(basis), this.#core).data;
	}
}
