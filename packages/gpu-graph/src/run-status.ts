import { duration } from '@steering/core/cli';
import type { Run } from './job.js';
import type { JobRecord } from './job-record.js';
import { stateDirOf } from './run-graph.js';
import { type Owner, runnerOf } from './run-lock.js';
import { readRunState } from './run-state.js';

export type JobState = JobRecord['state'] | 'waiting';

export interface RunStatus {
	readonly run: string;
	/** The runner at work, if there is one. */
	readonly runner: Pick<Owner, 'pid' | 'host'> | null;
	readonly jobs: readonly { name: string; state: JobState; seconds?: number; slot?: string; reason?: string }[];
}

/** Where a run stands, from its state on disk: of a live run too, without disturbing it. */
export function runStatus(run: Run, root: string, now = Date.now()): RunStatus {
	const dir = stateDirOf(root, run.name);
	const records = readRunState(dir);
	const owner = runnerOf(dir);
	const jobs = run.jobs.map(({ name }) => {
		const record = records.get(name);
		if (!record) return { name, state: 'waiting' as const };
		// A runner that was killed could not say that its jobs no longer count.
		const state = record.state === 'running' && !owner && !record.slurm ? 'interrupted' : record.state;
		const seconds = state === 'running' ? (now - record.at) / 1000 : state === 'done' ? record.seconds : undefined;
		const { slot, reason } = record;
		return {
			name,
			state,
			...(seconds === undefined ? {} : { seconds }),
			...(slot !== undefined && (state === 'running' || state === 'submitted') ? { slot } : {}),
			...(reason === undefined ? {} : { reason }),
		};
	});
	return { run: run.name, runner: owner ? { pid: owner.pid, host: owner.host } : null, jobs };
}

/** The status for people: counts, then what runs and what failed. */
export function statusLines({ run, runner, jobs }: RunStatus): string[] {
	const counts = new Map<JobState, number>();
	for (const { state } of jobs) counts.set(state, (counts.get(state) ?? 0) + 1);
	const summary = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
	const lines = [`${run}: ${summary || 'no jobs'}; ${runner ? `process ${runner.pid} is at work` : 'no runner'}`];
	for (const { name, state, seconds, slot, reason } of jobs) {
		if (state === 'running') lines.push(`running: ${name} on ${slot}, for ${duration(seconds ?? 0)}`);
		if (state === 'submitted')
			lines.push(`submitted: ${name} as ${slot ?? 'a Slurm job'}${reason ? ` (${reason})` : ''}`);
		if (state === 'failed') lines.push(`failed: ${name}: ${reason}`);
	}
	return lines;
}
