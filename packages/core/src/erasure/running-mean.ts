/** Mean of rows that come in pieces, (width), accumulated in float64 in the order they come: it does not depend on the pieces. */
export class RunningMean {
	readonly #sum: Float64Array;
	#count = 0;

	constructor(width: number) {
		this.#sum = new Float64Array(width);
	}

	/** Adds rows, row-major (any number of them, width). */
	update(data: ArrayLike<number>): this {
		const sum = this.#sum;
		const width = sum.length;
		for (let start = 0; start < data.length; start += width) {
			for (let i = 0; i < width; i++) sum[i]! += data[start + i]!;
			this.#count++;
		}
		return this;
	}

	/** NaN where no rows came. */
	mean(): Float64Array {
		return this.#sum.map((sum) => sum / this.#count);
	}
}
