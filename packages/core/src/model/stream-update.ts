import type { LowRankMap } from '../interventions/index.js';

/**
 * What one scrubbed sub-layer does to the residual stream: stream + erase(output) + vector, at all positions. With
 * erase(h) = h + (h - c) U V it is stream + output + h U V + (vector - c U V), whose last part is the same everywhere.
 */
export class StreamUpdate {
	/** (D): vector - c U V */
	readonly #constant: Float64Array;
	/** Columns of U and rows of V, (D) each. */
	readonly #zero: Float32Array;
	readonly #pairs: { u: Float32Array; v: Float32Array }[];

	constructor({ center, left, right, rank }: LowRankMap, vector: Float32Array) {
		const width = vector.length;
		this.#pairs = Array.from({ length: rank }, (_, k) => ({
			u: Float32Array.from({ length: width }, (_, i) => left[i * rank + k]!),
			v: right.subarray(k * width, (k + 1) * width),
		}));
		this.#constant = Float64Array.from(vector);
		this.#zero = new Float32Array(width);
		for (const { u, v } of this.#pairs) {
			let found = 0;
			for (let i = 0; i < width; i++) found += center[i]! * u[i]!;
			for (let i = 0; i < width; i++) this.#constant[i]! -= found * v[i]!;
		}
	}

	/** Changes `stream` (positions, D) in place, and returns it. */
	apply(stream: Float32Array, output: Float32Array): Float32Array {
		const width = this.#constant.length;
		// Rank 1, as for any binary concept, goes over the activations twice only.
		const [first = { u: this.#zero, v: this.#zero }, ...others] = this.#pairs;
		for (let start = 0; start < stream.length; start += width) {
			const found = this.#found(output, start, first.u);
			for (const { u, v } of others) addScaled(stream, start, this.#found(output, start, u), v);
			const { v } = first;
			for (let i = 0; i < width; i++) {
				stream[start + i]! += output[start + i]! + this.#constant[i]! + found * v[i]!;
			}
		}
		return stream;
	}

	#found(output: Float32Array, start: number, u: Float32Array): number {
		let sum = 0;
		for (let i = 0; i < u.length; i++) sum += output[start + i]! * u[i]!;
		return sum;
	}
}

function addScaled(stream: Float32Array, start: number, factor: number, v: Float32Array): void {
	for (let i = 0; i < v.length; i++) stream[start + i]! += factor * v[i]!;
}
