import { SteeringError } from '@steering/core/errors';
import type { InstalledSide } from './installed-sides.js';
import type { BenchRow } from './ratios.js';

/** One comparison that can be asked for by name. */
export interface BenchJob {
	name: string;
	/** Of the other side, where it does not come with this repository. */
	needs?: InstalledSide;
	run(context: BenchContext): Promise<BenchRow>;
}

export interface BenchContext {
	/** Interleaved: our side and the other one in turn. */
	rounds: number;
	/** A temporary folder, removed at the end. */
	folder: string;
	/** The model of the jobs that run one: a registry name, a folder or a hub id. */
	model: string;
	/** Of every side's model. */
	threads: number;
	signal: AbortSignal | undefined;
	/** Told what each round measured. */
	onNote(note: string): void;
}

/** Those of the given names, in the table's order; undefined: all. Throws ERR_USAGE for a name that there is not. */
export function chooseJobs<T extends { name: string }>(
	jobs: readonly T[],
	names: readonly string[] | undefined,
): readonly T[] {
	const unknown = names?.find((name) => !jobs.some((job) => job.name === name));
	if (unknown !== undefined) {
		throw new SteeringError('ERR_USAGE', `there is no job ${unknown}`, {
			hint: `there are ${jobs.map(({ name }) => name).join(', ')}`,
		});
	}
	return jobs.filter(({ name }) => names?.includes(name) ?? true);
}

/** Seconds that a piece of work takes. */
export async function secondsOf(work: () => unknown): Promise<number> {
	const start = performance.now();
	await work();
	return (performance.now() - start) / 1000;
}
