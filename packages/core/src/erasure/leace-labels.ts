import { SteeringError } from '../errors/index.js';
import type { Matrix } from './linear-algebra/matrix.js';
import { Variation } from './row-buffer.js';
import { tooFewExamples } from './rows.js';

/** What the labels looked like: enough to refuse a fit that means nothing, whether or not they are still there. */
export class LabelCensus {
	readonly #variation = new Variation();
	readonly #ones: Float64Array;
	#count = 0;
	#binary = true;

	constructor(width: number) {
		this.#ones = new Float64Array(width);
	}

	add(labels: Matrix): void {
		const { data, rows, columns } = labels;
		for (let i = 0; i < data.length; i++) {
			if (data[i] === 1) this.#ones[i % columns]!++;
			else if (data[i] !== 0) this.#binary = false;
		}
		this.#count += rows;
		this.#variation.add(data, columns);
	}

	/** Throws ERR_BAD_FILE for labels that are all the same, and for 0/1 labels with one example on a side. */
	check(name: string): void {
		if (this.#count < 2) throw tooFewExamples(this.#count, name);
		if (!this.#variation.found) {
			throw new SteeringError('ERR_BAD_FILE', `${name}: the same label in every row`, {
				hint: 'a concept needs examples with it and without it',
			});
		}
		if (!this.#binary) return;
		const smallest = Math.min(...Array.from(this.#ones, (ones) => Math.min(ones, this.#count - ones)));
		if (smallest < 2) throw tooFewExamples(smallest, `${name}, smallest class`);
	}
}
