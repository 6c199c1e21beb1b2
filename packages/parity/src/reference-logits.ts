import { logSumExp } from '@steering/core/model';
import { floatsOf, integersOf, type Tensors } from './tensors.js';
import { Worst } from './worst.js';

/** Which logits a file has: `logits.m1.p0`, or without a multiplier. */
export interface LogitsKey {
	/** Index in the multipliers; null: unsteered. */
	mult: number | null;
	/** Index in the prompts. */
	prompt: number;
	name: string;
}

/** Every run whose logits are stored, whole or as a summary, in the order of the names. */
export function logitsKeys(tensors: Tensors): LogitsKey[] {
	const keys = new Map<string, LogitsKey>();
	for (const name of tensors.keys()) {
		const match = /^(logits\.(?:m(\d+)\.)?p(\d+))(?:\.\w+)?$/.exec(name);
		if (!match) continue;
		const [, base = '', mult, prompt] = match;
		keys.set(base, { mult: mult === undefined ? null : Number(mult), prompt: Number(prompt), name: base });
	}
	return [...keys.values()].sort((a, b) => (a.mult ?? 0) - (b.mult ?? 0) || a.prompt - b.prompt);
}

/**
 * Differences of our logits (positions, vocab) from the stored ones: of all, or of a summary (the largest with their ids, their
 * log-sum-exp, those of fixed tokens). Throws ERR_BAD_FILE for tensors that do not fit.
 */
export function logitDifferences(
	logits: Float32Array,
	vocab: number,
	tensors: Tensors,
	name: string,
	fixedIds: readonly number[],
): Worst {
	const worst = new Worst();
	const positions = logits.length / vocab;
	const rowAt = (position: number) => logits.subarray(position * vocab, (position + 1) * vocab);
	const has = (part: string) => tensors.has(`${name}.${part}`);
	if (tensors.has(name)) compareAll(worst, logits, floatsOf(tensors, name, [positions, vocab]), vocab);
	if (has('top_vals') && has('top_ids')) {
		const values = floatsOf(tensors, `${name}.top_vals`, [positions, null]);
		const ids = integersOf(tensors, `${name}.top_ids`, [positions, values.length / positions]);
		for (let t = 0; t < positions; t++)
			compareTop(worst, rowAt(t), rowOf(ids, t, positions), rowOf(values, t, positions), t);
	}
	if (has('lse')) {
		const reference = floatsOf(tensors, `${name}.lse`, [positions]);
		for (let t = 0; t < positions; t++) {
			worst.add(Math.abs(logSumExp(rowAt(t)) - reference[t]!), () => `position ${t}, lse`);
		}
	}
	if (has('fixed_vals')) {
		const reference = floatsOf(tensors, `${name}.fixed_vals`, [positions, fixedIds.length]);
		for (let t = 0; t < positions; t++) comparePicked(worst, rowAt(t), fixedIds, rowOf(reference, t, positions), t);
	}
	return worst;
}

function compareAll(worst: Worst, logits: Float32Array, reference: Float64Array, vocab: number): void {
	reference.forEach((value, i) => {
		worst.add(Math.abs(logits[i]! - value), () => `position ${Math.floor(i / vocab)}, token ${i % vocab}`);
	});
}

/** The stored tokens have these logits, and no other token has a larger one than the last of them. */
function compareTop(worst: Worst, row: Float32Array, ids: number[], values: Float64Array, position: number): void {
	comparePicked(worst, row, ids, values, position);
	const listed = new Set(ids);
	const least = values.at(-1)!;
	let over = 0;
	let token = 0;
	row.forEach((value, id) => {
		if (value - least <= over || listed.has(id)) return;
		over = value - least;
		token = id;
	});
	worst.add(over, () => `position ${position}, token ${token}, which is not in top_ids`);
}

function comparePicked(
	worst: Worst,
	row: Float32Array,
	ids: readonly number[],
	values: Float64Array,
	position: number,
): void {
	ids.forEach((id, k) => {
		worst.add(Math.abs((row[id] ?? Number.NaN) - values[k]!), () => `position ${position}, token ${id}`);
	});
}

function rowOf<T extends Float64Array | number[]>(values: T, row: number, rows: number): T {
	const width = values.length / rows;
	return values.slice(row * width, (row + 1) * width) as T;
}
