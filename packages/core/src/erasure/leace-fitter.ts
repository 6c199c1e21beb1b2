import { CenteredRows } from './centered-rows.js';
import { fitLeaceMoments, fitLeaceRows, type LeaceFit, type LeaceOptions } from './leace-fit.js';
import { LabelCensus } from './leace-labels.js';
import { type Moments, mergeMoments, momentsOf } from './moments.js';
import { RowBuffer, Variation } from './row-buffer.js';
import { checkClasses, checkRows, constantActivations, mismatchedLabels, nameOf, type RowSource } from './rows.js';

/**
 * LEACE (Belrose et al. 2023) and orthogonal erasure on examples that may come in pieces, in float64 (SPEC 1.5). While there
 * are fewer examples than dimensions the rows themselves are kept, then their moments: memory is O(min(N, D) D), and no (D, D)
 * matrix is formed for fewer than D examples. Labels are kept until their rows are in the moments.
 */
export class LeaceFitter {
	readonly width: number;
	readonly labelWidth: number;
	readonly #options: LeaceOptions;
	readonly #x: RowBuffer;
	readonly #z: RowBuffer;
	readonly #labels: LabelCensus;
	readonly #variation = new Variation();
	#moments: Moments | undefined;
	#name = 'no activations';

	/** For activations of `width` with labels of `labelWidth` numbers each (one-hot: the number of classes). */
	constructor(width: number, labelWidth = 1, options: LeaceOptions = {}) {
		this.width = width;
		this.labelWidth = labelWidth;
		this.#options = options;
		this.#x = new RowBuffer(width);
		this.#z = new RowBuffer(labelWidth);
		this.#labels = new LabelCensus(labelWidth);
	}

	/**
	 * Adds examples with their labels (rows, labelWidth). Chunked ones are gone through a few times, and not kept where they go into
	 * moments; the result is that of the same rows in memory, bit for bit.
	 *
	 * @throws SteeringError ERR_MISMATCH for another width or number of labels, ERR_BAD_FILE for NaN or infinite numbers.
	 */
	update(rows: RowSource, labels: ArrayLike<number>): this {
		this.#name = nameOf(rows);
		checkRows(rows, this.width);
		const z = Float64Array.from(labels);
		checkRows({ data: z, rows: rows.rows, width: this.labelWidth, name: `labels of ${this.#name}` }, this.labelWidth);
		this.#labels.add({ data: z, rows: rows.rows, columns: this.labelWidth });
		this.#variation.addRows(rows);
		this.#z.append(z);
		if (this.#x.rows + rows.rows < this.width) this.#x.appendRows(rows);
		else this.#fold(rows);
		return this;
	}

	/** @throws SteeringError ERR_BAD_FILE for a class with fewer than two examples, activations or labels that never vary. */
	fit(): LeaceFit {
		this.#labels.check(this.#name);
		if (!this.#variation.found) throw constantActivations(this.#name);
		if (!this.#moments) return fitLeaceRows(new CenteredRows(this.#x.matrix()), this.#z.matrix(), this.#options);
		return fitLeaceMoments(this.#fold(), this.#options);
	}

	/** Puts the rows kept so far, and `more`, into the moments. */
	#fold(more?: RowSource): Moments {
		if (this.#z.rows > 0 || !this.#moments) {
			const moments = momentsOf([this.#x.view(), ...(more ? [more] : [])], this.#z.matrix());
			this.#moments = this.#moments ? mergeMoments(this.#moments, moments) : moments;
			this.#x.clear();
			this.#z.clear();
		}
		return this.#moments;
	}
}

/** The eraser of labels (rows, k) from activations; see {@link LeaceFitter} for the errors. */
export function fitLeace(rows: RowSource, labels: ArrayLike<number>, options: LeaceOptions = {}): LeaceFit {
	const labelWidth = labels.length / Math.max(rows.rows, 1);
	if (!Number.isInteger(labelWidth) || labelWidth === 0) {
		throw mismatchedLabels(rows, labels.length, 'labels');
	}
	return new LeaceFitter(rows.width, labelWidth, options).update(rows, labels).fit();
}

/** Steering's fit: positives are labelled 1, negatives 0 (SPEC 1.4); see {@link LeaceFitter} for the errors. */
export function fitBinaryLeace(positives: RowSource, negatives: RowSource, options: LeaceOptions = {}): LeaceFit {
	checkClasses(positives, negatives);
	const fitter = new LeaceFitter(positives.width, 1, options);
	fitter.update(positives, new Float64Array(positives.rows).fill(1));
	fitter.update(negatives, new Float64Array(negatives.rows));
	return fitter.fit();
}
