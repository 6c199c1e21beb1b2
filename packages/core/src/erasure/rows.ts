import { SteeringError } from '../errors/index.js';

/** Activations, one example a row: row-major (rows, width). */
export interface Rows {
	data: Float32Array | Float64Array;
	rows: number;
	width: number;
	/** What errors call them, for instance the file and the layer; default "the activations". */
	name?: string | undefined;
}

/** Activations that are read a few rows at a time, as often as a fit asks: the same numbers in the same order each time. */
export interface ChunkedRows extends Omit<Rows, 'data'> {
	/** Row-major (some rows, width), `rows` of them in all. Throws what reading throws. */
	chunks(): Iterable<Float32Array | Float64Array>;
}

/** What fits take: in memory, or read in chunks, with the same results. */
export type RowSource = Rows | ChunkedRows;

export function chunksOf(rows: RowSource): Iterable<Float32Array | Float64Array> {
	return 'data' in rows ? [rows.data] : rows.chunks();
}

export function nameOf({ name = 'the activations' }: RowSource): string {
	return name;
}

/** Throws ERR_MISMATCH for rows of another width, ERR_BAD_FILE for NaN or infinite numbers. */
export function checkRows(rows: RowSource, expectedWidth: number): void {
	const { width } = rows;
	if ('data' in rows) checkLength(rows, rows.data.length);
	checkWidth(rows, expectedWidth);
	let done = 0;
	for (const chunk of chunksOf(rows)) {
		for (let i = 0; i < chunk.length; i++) {
			if (Number.isFinite(chunk[i])) continue;
			const row = Math.floor((done + i) / width);
			throw new SteeringError('ERR_BAD_FILE', `${nameOf(rows)}: ${chunk[i]} in row ${row}`, {
				hint: 'NaN or infinite numbers: try --precision exact, or check the model file',
			});
		}
		done += chunk.length;
	}
	checkLength(rows, done);
}

function checkLength(rows: RowSource, length: number): void {
	if (length === rows.rows * rows.width) return;
	throw new SteeringError('ERR_MISMATCH', `${nameOf(rows)}: ${length} numbers, not ${rows.rows} x ${rows.width}`, {
		hint: 'the file or the caller has the shape wrong',
	});
}

/** Throws ERR_MISMATCH. */
export function checkWidth(rows: RowSource, expectedWidth: number): void {
	if (rows.width === expectedWidth) return;
	throw new SteeringError('ERR_MISMATCH', `${nameOf(rows)}: ${rows.width} wide, ${expectedWidth} expected`, {
		hint: 'only activations of one model and one hook point belong together',
	});
}

export function tooFewExamples(count: number, name: string): SteeringError {
	return new SteeringError('ERR_BAD_FILE', `${name}: ${count} ${count === 1 ? 'example' : 'examples'}, 2 at least`, {
		hint: 'a fit needs the spread of each class: take more rows of the data set',
	});
}

export function constantActivations(name: string): SteeringError {
	return new SteeringError('ERR_BAD_FILE', `${name}: the same numbers in every row`, {
		hint: 'there is nothing to fit: check the hook point, the prompts and, with --scrub, the multiplier',
	});
}

export function mismatchedLabels(rows: RowSource, labels: number, what: string): SteeringError {
	return new SteeringError('ERR_MISMATCH', `${nameOf(rows)}: ${rows.rows} rows with ${labels} ${what}`, {
		hint: 'each row needs its own: make the artifact again with --overwrite',
	});
}

/** Both classes of a binary concept, checked: one width, finite, two examples at least in each. */
export function checkClasses(positives: RowSource, negatives: RowSource): void {
	for (const rows of [positives, negatives]) {
		checkRows(rows, positives.width);
		if (rows.rows < 2) throw tooFewExamples(rows.rows, nameOf(rows));
	}
}
