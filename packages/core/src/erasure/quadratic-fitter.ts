import { CenteredRows } from './centered-rows.js';
import type { Matrix } from './linear-algebra/matrix.js';
import { type Moments, mergeMoments, momentsOf } from './moments.js';
import { classesOfMoments, classesOfRows, type QuadraticClasses } from './quadratic-classes.js';
import { QuadraticEditor } from './quadratic-editor.js';
import { QuadraticEraser } from './quadratic-eraser.js';
import { RowBuffer, Variation } from './row-buffer.js';
import { checkClasses, checkRows, constantActivations, type RowSource, tooFewExamples } from './rows.js';
import type { CovarianceOptions } from './shrinkage.js';

export interface QuadraticOptions extends CovarianceOptions {
	/** The groups that each class is made of; default: each group is a class. */
	classes?: readonly (readonly number[])[] | undefined;
}

/** A set of examples that comes in pieces. */
class Group {
	readonly rows: RowBuffer;
	readonly variation = new Variation();
	count = 0;
	name = '';
	#moments: Moments | undefined;

	constructor(width: number, index: number) {
		this.rows = new RowBuffer(width);
		this.name = `class ${index}`;
	}

	/** Puts the rows kept so far, and `more`, into the moments. */
	fold(more?: RowSource): Moments {
		const rows = [this.rows.view(), ...(more ? [more] : [])];
		const count = rows.reduce((sum, each) => sum + each.rows, 0);
		if (count > 0 || !this.#moments) {
			const noLabels: Matrix = { data: new Float64Array(0), rows: count, columns: 0 };
			const moments = momentsOf(rows, noLabels);
			this.#moments = this.#moments ? mergeMoments(this.#moments, moments) : moments;
			this.rows.clear();
		}
		return this.#moments;
	}
}

/**
 * Means and covariances of classes, in float64, from examples that may come in pieces. While there are fewer examples in all than
 * dimensions the rows themselves are kept, then their moments: no (D, D) matrix is formed for fewer than D examples.
 */
export class QuadraticFitter {
	readonly width: number;
	readonly #groups: Group[];
	readonly #options: QuadraticOptions;

	constructor(width: number, groups: number, options: QuadraticOptions = {}) {
		this.width = width;
		this.#groups = Array.from({ length: groups }, (_, index) => new Group(width, index));
		this.#options = options;
	}

	/** @throws SteeringError ERR_MISMATCH for another width, ERR_BAD_FILE for NaN or infinite numbers. */
	update(rows: RowSource, index: number): this {
		const group = this.#groups[index];
		if (!group) throw new RangeError(`group ${index} of ${this.#groups.length}`);
		checkRows(rows, this.width);
		if (rows.name) group.name = rows.name;
		group.variation.addRows(rows);
		group.count += rows.rows;
		if (group.rows.rows + rows.rows < this.width) group.rows.appendRows(rows);
		else group.fold(rows);
		return this;
	}

	/** @throws SteeringError ERR_BAD_FILE for a group with fewer than two examples, or with the same one again and again. */
	fit(): QuadraticClasses {
		for (const { count, name, variation } of this.#groups) {
			if (count < 2) throw tooFewExamples(count, name);
			if (!variation.found) throw constantActivations(name);
		}
		const members = this.#options.classes ?? this.#groups.map((_, index) => [index]);
		if (!this.#fewerThanWidth) {
			const moments = this.#groups.map((group) => group.fold());
			return classesOfMoments(moments, members, this.#options);
		}
		const all = new RowBuffer(this.width);
		for (const { rows } of this.#groups) all.append(rows.matrix().data);
		const sizes = this.#groups.map(({ count }) => count);
		return classesOfRows(new CenteredRows(all.matrix()), sizes, members, this.#options);
	}

	editor(): QuadraticEditor {
		return new QuadraticEditor(this.fit());
	}

	eraser(): QuadraticEraser {
		return new QuadraticEraser(this.fit());
	}

	get #fewerThanWidth(): boolean {
		return this.#groups.reduce((sum, { count }) => sum + count, 0) < this.width;
	}
}

/** Class numbers of steering's quadratic editor (SPEC 1.6): every row comes from the union. */
export const QUADRATIC_CLASSES = { negative: 0, positive: 1, union: 2 } as const;

/**
 * Steering's `quad`: {@link QUADRATIC_CLASSES}, the union being positives and negatives together. The class to go to is the
 * multiplier's sign: the union's own for 0. Throws as {@link QuadraticFitter} does.
 */
export function fitQuadratic(
	positives: RowSource,
	negatives: RowSource,
	options: CovarianceOptions = {},
): QuadraticEditor {
	checkClasses(positives, negatives);
	const fitter = new QuadraticFitter(positives.width, 2, { ...options, classes: [[0], [1], [0, 1]] });
	return fitter.update(negatives, 0).update(positives, 1).editor();
}
