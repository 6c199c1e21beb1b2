import type { SortKey } from './query.js';
import type { ReplyColumns } from './reply-columns.js';

/** Every row in order. Ties stay in prompt order; rows without the value come last in either direction. */
export function sortedRows(columns: ReplyColumns, key: SortKey, descending: boolean): Uint32Array {
	const rows = promptOrder(columns);
	if (key === 'prompt') return descending ? rows.reverse() : rows;
	const values = sortValues(columns, key);
	const sign = descending ? -1 : 1;
	return rows.sort((a, b) => {
		const x = values[a]!;
		const y = values[b]!;
		if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
		return sign * (x - y);
	});
}

/** By experiment, prompt and repeat, then multiplier: what is compared lies side by side. */
function promptOrder({ size, experiment, prompt, repeat, mult }: ReplyColumns): Uint32Array {
	return Uint32Array.from({ length: size }, (_, row) => row).sort(
		(a, b) =>
			experiment[a]! - experiment[b]! ||
			prompt[a]! - prompt[b]! ||
			repeat[a]! - repeat[b]! ||
			mult[a]! - mult[b]! ||
			a - b,
	);
}

function sortValues(columns: ReplyColumns, key: Exclude<SortKey, 'prompt'>): Float64Array {
	if (key === 'length') return Float64Array.from(columns.text, (text) => columns.texts[text]!.length);
	if (key === 'label') return Float64Array.from(columns.label, (label) => (label < 0 ? Number.NaN : label));
	return columns[key];
}
