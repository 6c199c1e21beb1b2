import type { BenchRow } from './ratios.js';

/** One comparison that can be asked for by name. */
export interface BenchJob {
	name: string;
	/** Whether the other side is Python. */
	needsPython: boolean;
	run(context: BenchContext): Promise<BenchRow>;
}

export interface BenchContext {
	/** Interleaved: our side and the other one in turn. */
	rounds: number;
	/** A temporary folder, removed at the end. */
	folder: string;
	/** The model of the jobs that run one: a registry name, a folder or a hub id. */
	model: string;
	signal: AbortSignal | undefined;
	/** Told what each round measured. */
	onNote(note: string): void;
}

/** Seconds that a piece of work takes. */
export async function secondsOf(work: () => unknown): Promise<number> {
	const start = performance.now();
	await work();
	return (performance.now() - start) / 1000;
}
