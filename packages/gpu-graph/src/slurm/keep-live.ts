import { dependencyOrder } from '../dependency-order.js';
import type { Fingerprints } from '../fingerprint.js';
import type { Job } from '../job.js';
import type { SlurmRef } from '../job-record.js';
import type { RunState } from '../run-state.js';
import { cancelOurs, isActive, ours, queue } from './queue.js';
import { type Patience, pause, whenReachable } from './slurm-commands.js';

/** Slurm needs a few seconds (KillWait) to end a running job. */
const LOOK_AGAIN_MS = 500;

/**
 * Which of the jobs are with Slurm as they are wanted now. The others of them are ended first: their command has
 * changed, or they wait for a job that is submitted anew.
 */
export async function keepLive(
	jobs: readonly Job[],
	state: RunState,
	fingerprints: Fingerprints,
	patience: Patience,
): Promise<Set<string>> {
	const live = new Set<string>();
	const stale = new Map<string, SlurmRef>();
	const names = new Set(jobs.map(({ name }) => name));
	for (const job of dependencyOrder(jobs)) {
		const record = state.records.get(job.name);
		if (!record?.slurm) continue;
		const isSame = (await fingerprints.of(job)).command === record.fingerprint?.command;
		const needsAreLive = job.needs.every((need) => !names.has(need) || live.has(need));
		if (isSame && needsAreLive) live.add(job.name);
		else stale.set(job.name, record.slurm);
	}
	if (stale.size === 0) return live;
	const refs = [...stale.values()];
	const areThere = async () => [...ours(await queue(), refs).values()].some(isActive);
	await whenReachable(() => cancelOurs(refs), patience);
	while (!patience.signal.aborted && (await whenReachable(areThere, patience)))
		await pause(LOOK_AGAIN_MS, patience.signal);
	for (const job of stale.keys()) state.record({ job, state: 'interrupted' });
	return live;
}
