import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { Execution } from './execution.js';
import { Fingerprints } from './fingerprint.js';
import type { Run } from './job.js';
import { withDigest } from './log-files.js';
import { planRun, type Selection } from './plan-run.js';
import type { RunEvent, RunSummary } from './run-event.js';
import { lockRun } from './run-lock.js';
import { RunState } from './run-state.js';
import type { Slot } from './slot.js';
import { stopLeftovers } from './stop-processes.js';

export interface RunGraphOptions extends Selection {
	readonly run: Run;
	readonly slots: readonly Slot[];
	/** Folder that commands run in; state goes to its `artifacts/runs/NAME`, logs to its `logs`. */
	readonly root: string;
	readonly onEvent?: (event: RunEvent) => void;
	/** Stops the jobs (TERM to their process groups) and leaves a state from which the same call goes on. */
	readonly signal?: AbortSignal;
	/** Milliseconds between TERM and KILL (default 10,000). */
	readonly graceMs?: number;
}

/** Where the state of a run is kept. */
export function stateDirOf(root: string, run: string): string {
	return join(realpathSync(root), 'artifacts', 'runs', withDigest(run));
}

/**
 * Runs what is left to do of a run. A failed job is no exception: it is in the summary, with the jobs skipped for it.
 * @throws {SteeringError} ERR_LOCKED while another runner has the run; ERR_USAGE for a job that needs more slots than
 * there are, and for a selection that selects nothing
 */
export async function runGraph(options: RunGraphOptions): Promise<RunSummary> {
	const stateDir = stateDirOf(options.root, options.run.name);
	const lock = await lockRun(stateDir);
	try {
		const state = new RunState(stateDir, options.run.name);
		try {
			refuseSlurmJobs(state.records);
			// The lock of a dead runner may have been removed by hand: its jobs still stand there as running.
			const isLeft = [...state.records.values()].some((record) => record.state === 'running');
			if (lock.tookOver || isLeft) await clearUp(stateDir, options);
			const fingerprints = new Fingerprints(options.root);
			const plan = await planRun(options.run, state.records, options.root, (job) => fingerprints.of(job), options);
			return await new Execution(options, plan, state, fingerprints, stateDir).run();
		} finally {
			await state.close();
		}
	} finally {
		lock.release();
	}
}

/** Run here beside themselves in the queue, they would write the same files. */
function refuseSlurmJobs(records: RunState['records']): void {
	const there = [...records.values()].filter(({ slurm }) => slurm).map(({ job }) => job);
	if (there.length > 0)
		throw new SteeringError(
			'ERR_USAGE',
			`${there.length} jobs of this run are with Slurm (${there.slice(0, 3).join(', ')}${there.length > 3 ? ', ...' : ''})`,
			{
				hint: 'follow them with --engine slurm, or end them with --engine slurm --cancel',
			},
		);
}

/** Jobs outlive a runner that was killed; started again beside themselves they would write the same files. */
async function clearUp(stateDir: string, { onEvent, graceMs = 10_000 }: RunGraphOptions): Promise<void> {
	const stopped = await stopLeftovers(stateDir, graceMs);
	if (stopped > 0) onEvent?.({ event: 'note', text: `stopped ${stopped} processes that a killed runner had left` });
	if (process.platform !== 'linux')
		onEvent?.({ event: 'note', text: 'the last runner was killed: see that none of its jobs still run' });
}
