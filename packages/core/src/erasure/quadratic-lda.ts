import { CenteredRows } from './centered-rows.js';
import { fitLeaceMoments, fitLeaceRows, type LeaceFit } from './leace-fit.js';
import type { Matrix } from './linear-algebra/matrix.js';
import { mergeMoments, momentsOf } from './moments.js';
import { classesOfMoments, classesOfRows, type QuadraticClass } from './quadratic-classes.js';
import { QuadraticEditor } from './quadratic-editor.js';
import { RowBuffer, Variation } from './row-buffer.js';
import { checkClasses, checkRows, constantActivations, nameOf, type RowSource, type Rows } from './rows.js';

/** Steering's `quadlda` (SPEC 1.6): an activation's own class is read off a linear discriminant, then it is moved. */
export class QuadraticLda {
	/** Classes 0 (negatives) and 1 (positives). */
	readonly editor: QuadraticEditor;
	/** (D), float64. Points from the negatives to the positives, where the Python tool's sign is an SVD's. */
	readonly lda: Float64Array;
	/** lda . (mean of all examples) */
	readonly threshold: number;

	constructor(editor: QuadraticEditor, lda: Float64Array, threshold: number) {
		this.editor = editor;
		this.lda = lda;
		this.threshold = threshold;
		Object.freeze(this);
	}

	/** The class of each row: 1 where x . lda > threshold. Both are rounded to the dtype of the rows first, as the Python tool does. */
	classify(rows: Rows): Uint8Array {
		checkRows(rows, this.lda.length);
		const { data, width } = rows;
		const single = data instanceof Float32Array;
		const direction = single ? Float32Array.from(this.lda) : this.lda;
		const threshold = single ? Math.fround(this.threshold) : this.threshold;
		return Uint8Array.from({ length: rows.rows }, (_, row) => {
			let sum = 0;
			for (let i = 0; i < width; i++) sum += data[row * width + i]! * direction[i]!;
			return sum > threshold ? 1 : 0;
		});
	}

	/** Each row moved from its own class to `target`: (rows, D). */
	transport(rows: Rows, target: number): Float64Array {
		const { width } = rows;
		const sources = this.classify(rows);
		const moved = new Float64Array(rows.data.length);
		for (const [row, source] of sources.entries()) {
			const data = rows.data.subarray(row * width, (row + 1) * width);
			moved.set(this.editor.transport({ ...rows, data, rows: 1 }, source, target), row * width);
		}
		return moved;
	}
}

/** Throws as `fitBinaryLeace` does; also for a class whose examples are all the same. */
export function fitQuadraticLda(positives: RowSource, negatives: RowSource): QuadraticLda {
	checkClasses(positives, negatives);
	const classes = [negatives, positives];
	for (const rows of classes) {
		const variation = new Variation();
		variation.addRows(rows);
		if (!variation.found) throw constantActivations(nameOf(rows));
	}
	const few = positives.rows + negatives.rows < positives.width;
	return few ? fromRows(classes) : fromMoments(classes);
}

/** Editor and discriminant share the Gram matrix. */
function fromRows(classes: readonly RowSource[]): QuadraticLda {
	const [x, z] = [new RowBuffer(classes[0]!.width), new RowBuffer(1)];
	for (const [label, group] of classes.entries()) {
		x.appendRows(group);
		z.append(labelsOf(group, label).data);
	}
	const rows = new CenteredRows(x.matrix());
	const sizes = classes.map((group) => group.rows);
	const editor = new QuadraticEditor(classesOfRows(rows, sizes, [[0], [1]], {}));
	return discriminate(editor, fitLeaceRows(rows, z.matrix(), {}));
}

function fromMoments(classes: readonly RowSource[]): QuadraticLda {
	const moments = classes.map((rows, label) => momentsOf([rows], labelsOf(rows, label)));
	const editor = new QuadraticEditor(classesOfMoments(moments, [[0], [1]], {}));
	return discriminate(editor, fitLeaceMoments(moments.reduce(mergeMoments), {}));
}

function labelsOf({ rows }: RowSource, label: number): Matrix {
	return { data: new Float64Array(rows).fill(label), rows, columns: 1 };
}

function discriminate(editor: QuadraticEditor, { eraser, mean }: LeaceFit): QuadraticLda {
	const [negative, positive] = editor.classes as readonly [QuadraticClass, QuadraticClass];
	const direction = positive.mean.map((value, i) => value - negative.mean[i]!);
	const sign = dot(eraser.projRight, direction) < 0 ? -1 : 1;
	const lda = eraser.projRight.map((value) => sign * value);
	return new QuadraticLda(editor, lda, dot(lda, mean));
}

function dot(a: Float64Array, b: Float64Array): number {
	return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
