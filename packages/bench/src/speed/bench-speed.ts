import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { isInstalled, requireInstalled } from '../installed-sides.js';
import { type BenchContext, type BenchJob, chooseJobs } from '../job.js';
import { benchModel } from '../places.js';
import type { BenchRow } from '../ratios.js';
import { ALL_LAYERS_JOB } from './all-layers-job.js';
import { CAPTURE_JOBS } from './capture-jobs.js';
import { DECODE_JOBS } from './decode-jobs.js';
import { FIRST_TOKEN_JOB } from './first-token-job.js';
import { MEMORY_JOBS } from './memory-job.js';

export const SPEED_JOBS: readonly BenchJob[] = [
	...DECODE_JOBS,
	ALL_LAYERS_JOB,
	...CAPTURE_JOBS,
	FIRST_TOKEN_JOB,
	...MEMORY_JOBS,
];

export interface SpeedBenchOptions {
	rounds: number;
	/** Names of jobs; default: all whose other side is there. */
	jobs?: readonly string[] | undefined;
	/** Default: see {@link benchModel}. */
	model?: string | undefined;
	/** Of every side; default: the machine's. */
	threads?: number | undefined;
	signal?: AbortSignal | undefined;
	onNote?: ((note: string) => void) | undefined;
}

export interface SpeedBench {
	rows: BenchRow[];
	/** Jobs that could not be run, each with the reason. */
	skipped: { job: string; reason: string }[];
}

/**
 * Times steering beside what a researcher would use instead: both sides in turn, each checked to have done the same. A job whose
 * side is missing or fails, or whose sides disagree, is skipped with the reason. Throws ERR_USAGE, and ERR_MISSING_INPUT for a
 * job asked for by name whose side is not installed.
 */
export async function benchSpeed(options: SpeedBenchOptions): Promise<SpeedBench> {
	const { rounds, model = benchModel(), threads = availableParallelism(), signal, onNote = () => {} } = options;
	const jobs = chooseJobs(SPEED_JOBS, options.jobs);
	if (options.jobs) for (const { needs } of jobs) if (needs) requireInstalled(needs);
	const folder = mkdtempSync(join(tmpdir(), 'bench-speed-'));
	const context: BenchContext = { rounds, folder, model, threads, signal, onNote };
	const result: SpeedBench = { rows: [], skipped: [] };
	try {
		for (const job of jobs) {
			const reason = missing(job);
			if (reason) result.skipped.push({ job: job.name, reason });
			else await runJob(job, context, result);
		}
		return result;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function missing({ needs }: BenchJob): string | undefined {
	return needs && !isInstalled(needs) ? `${needs} is not installed for the bench: --with ${needs}` : undefined;
}

/** Of many jobs, one that fails costs itself: the others took long. */
async function runJob(job: BenchJob, context: BenchContext, result: SpeedBench): Promise<void> {
	try {
		result.rows.push(await job.run(context));
	} catch (error) {
		context.signal?.throwIfAborted();
		if (!(error instanceof SteeringError)) throw error;
		context.onNote(`${job.name}: ${error.message}`);
		result.skipped.push({ job: job.name, reason: error.message });
	}
}
