import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FIT_JOBS } from './fits.js';
import { requireInstalled } from './installed-sides.js';
import { type BenchJob, chooseJobs } from './job.js';
import { benchModel } from './places.js';
import type { BenchRow } from './ratios.js';
import { SCRUB_JOBS } from './scrub.js';
import { STEERING_JOBS } from './steered-decoding.js';

const JOBS: readonly BenchJob[] = [...FIT_JOBS, ...SCRUB_JOBS, ...STEERING_JOBS];

export interface ErasureBenchOptions {
	rounds: number;
	/** Names of jobs; default: all. */
	jobs?: readonly string[] | undefined;
	/** Default: see {@link benchModel}. */
	model?: string | undefined;
	signal?: AbortSignal | undefined;
	onNote?: ((note: string) => void) | undefined;
}

/**
 * Times every way of erasing: fits and scrubbing beside Python, in turn on the same data, each checked to give the same; and what
 * steering with them costs beside the plain model. Throws ERR_USAGE, ERR_MISSING_INPUT, and ERR_FAILED where the sides disagree.
 */
export async function benchErasure(options: ErasureBenchOptions): Promise<BenchRow[]> {
	const { rounds, model = benchModel(), signal, onNote = () => {} } = options;
	const jobs = chooseJobs(JOBS, options.jobs);
	for (const { needs } of jobs) if (needs) requireInstalled(needs);
	const folder = mkdtempSync(join(tmpdir(), 'bench-erasure-'));
	try {
		const rows: BenchRow[] = [];
		for (const job of jobs)
			rows.push(await job.run({ rounds, folder, model, threads: availableParallelism(), signal, onNote }));
		return rows;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
