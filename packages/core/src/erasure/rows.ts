import { SteeringError } from '../errors/index.js';

/** Activations, one example a row: row-major (rows, width). */
export interface Rows {
	data: Float32Array | Float64Array;
	rows: number;
	width: number;
	/** What errors call them, for instance the file and the layer; default "the activations". */
	name?: string | undefined;
}

export function nameOf({ name = 'the activations' }: Rows): string {
	return name;
}

/** Throws ERR_MISMATCH for rows of another width, ERR_BAD_FILE for NaN or infinite numbers. */
export function checkRows(rows: Rows, expectedWidth: number): void {
	const { data, width } = rows;
	if (data.length !== rows.rows * width) {
		throw new SteeringError('ERR_MISMATCH', `${nameOf(rows)}: ${data.length} numbers, not ${rows.rows} x ${width}`, {
			hint: 'the file or the caller has the shape wrong',
		});
	}
	if (width !== expectedWidth) {
		throw new SteeringError('ERR_MISMATCH', `${nameOf(rows)}: ${width} wide, ${expectedWidth} expected`, {
			hint: 'only activations of one model and one hook point belong together',
		});
	}
	for (let i = 0; i < data.length; i++) {
		if (Number.isFinite(data[i])) continue;
		throw new SteeringError('ERR_BAD_FILE', `${nameOf(rows)}: ${data[i]} in row ${Math.floor(i / width)}`, {
			hint: 'NaN or infinite numbers: try --precision exact, or check the model file',
		});
	}
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

export function mismatchedLabels(rows: Rows, labels: number, what: string): SteeringError {
	return new SteeringError('ERR_MISMATCH', `${nameOf(rows)}: ${rows.rows} rows with ${labels} ${what}`, {
		hint: 'each row needs its own: make the artifact again with --overwrite',
	});
}

/** Both classes of a binary concept, checked: one width, finite, two examples at least in each. */
export function checkClasses(positives: Rows, negatives: Rows): void {
	for (const rows of [positives, negatives]) {
		checkRows(rows, positives.width);
		if (rows.rows < 2) throw tooFewExamples(rows.rows, nameOf(rows));
	}
}
