import { loadavg } from 'node:os';
import { SteeringError } from '@steering/core/errors';
import type { BenchContext } from '../job.js';
import { type BenchRow, benchRow, type Measured, spreadOf } from '../ratios.js';

/** What one side's round came to. */
export interface Round {
	/** Units of work a second, or what is to be small: seconds, bytes. */
	value: number;
	/** The same in processor time; null: not known. */
	cpu: number | null;
}

export interface Contest {
	name: string;
	/** The row's first cell. */
	job: string;
	against: string;
	target: number | null;
	unit: Measured['unit'];
	ours(): Promise<Round>;
	theirs(): Promise<Round>;
}

/** Rounds in turn; who begins alternates, so that neither always has the warmer machine. What is compared first has warmed both. */
export async function compete(contest: Contest, { rounds, signal, onNote }: BenchContext): Promise<BenchRow> {
	const { name, job, against, target, unit } = contest;
	const [ours, theirs]: [Round[], Round[]] = [[], []];
	const load: number[] = [];
	for (let round = 1; round <= rounds; round++) {
		signal?.throwIfAborted();
		const first = round % 2 === 1 ? await contest.ours() : undefined;
		const other = await contest.theirs();
		const own = first ?? (await contest.ours());
		ours.push(own);
		theirs.push(other);
		load.push(loadavg()[0]!);
		const shown = (value: number) => `${value.toPrecision(3)} ${unit}`;
		const busy = `load ${load.at(-1)!.toFixed(1)}`;
		onNote(`${name}, round ${round}: ${shown(own.value)} here, ${shown(other.value)} ${against}, ${busy}`);
	}
	// Of tokens a second more is better, of seconds and bytes less.
	const ratio = (own: number, other: number) => (unit === 'tokens/s' ? own / other : other / own);
	const known = [...ours, ...theirs].every(({ cpu }) => cpu !== null);
	return benchRow(
		job,
		against,
		ours.map(({ value }, i) => ratio(value, theirs[i]!.value)),
		target,
		{
			unit,
			ours: spreadOf(ours.map(({ value }) => value)),
			theirs: spreadOf(theirs.map(({ value }) => value)),
			cpu: known ? spreadOf(ours.map(({ cpu }, i) => ratio(cpu!, theirs[i]!.cpu!))) : null,
			load: spreadOf(load),
		},
	);
}

/** A fast answer to another question is no answer. Throws ERR_FAILED. */
export function requireReplies(side: string, ids: readonly (readonly number[])[], count: number, tokens: number): void {
	if (ids.length === count && ids.every(({ length }) => length === tokens)) return;
	const found = `${ids.length} replies of ${Math.min(...ids.map(({ length }) => length))} tokens and more`;
	throw new SteeringError('ERR_FAILED', `${side} gave ${found}, not ${count} of ${tokens}`);
}
