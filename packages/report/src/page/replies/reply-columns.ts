import type { ReportReplies } from '../../report-data.js';

/** Replies as typed columns, one entry per row, each with the unsteered reply that it is compared to. */
export interface ReplyColumns {
	readonly size: number;
	readonly prompts: readonly string[];
	readonly texts: readonly string[];
	readonly labels: readonly string[];
	readonly experiment: Uint32Array;
	readonly mult: Float64Array;
	readonly prompt: Uint32Array;
	readonly repeat: Uint32Array;
	/** Index into `labels`; -1: none. */
	readonly label: Int32Array;
	readonly text: Uint32Array;
	/** NaN: not scored. */
	readonly score: Float64Array;
	/** Row of the same experiment, prompt and repeat at multiplier 0; -1: none, or this row is it. */
	readonly unsteered: Int32Array;
	/** Score less the unsteered reply's; NaN where either is missing. */
	readonly change: Float64Array;
}

export function replyColumns({ prompts, texts, labels, rows }: ReportReplies): ReplyColumns {
	const columns = {
		size: rows.text.length,
		prompts,
		texts,
		labels,
		experiment: Uint32Array.from(rows.experiment),
		mult: Float64Array.from(rows.mult),
		prompt: Uint32Array.from(rows.prompt),
		repeat: Uint32Array.from(rows.repeat),
		label: Int32Array.from(rows.label),
		text: Uint32Array.from(rows.text),
		score: Float64Array.from(rows.score, (score) => score ?? Number.NaN),
	};
	const unsteered = unsteeredRows(columns);
	const change = columns.score.map((score, row) =>
		unsteered[row]! < 0 ? Number.NaN : score - columns.score[unsteered[row]!]!,
	);
	return { ...columns, unsteered, change };
}

type Keys = Pick<ReplyColumns, 'size' | 'experiment' | 'mult' | 'prompt' | 'repeat' | 'prompts'>;

function unsteeredRows({ size, experiment, mult, prompt, repeat, prompts }: Keys): Int32Array {
	const repeats = repeat.reduce((most, r) => Math.max(most, r + 1), 1);
	const key = (row: number) => (experiment[row]! * prompts.length + prompt[row]!) * repeats + repeat[row]!;
	const rowOf = new Map<number, number>();
	for (let row = 0; row < size; row++) if (mult[row] === 0) rowOf.set(key(row), row);
	return Int32Array.from({ length: size }, (_, row) => (mult[row] === 0 ? -1 : (rowOf.get(key(row)) ?? -1)));
}

/** Different values in ascending order, NaN last. */
export function distinct(values: Float64Array): number[] {
	return [...new Set(values)].sort((a, b) => (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b));
}
