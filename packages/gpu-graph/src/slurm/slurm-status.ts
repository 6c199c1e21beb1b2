import { join } from 'node:path';
import type { Run } from '../job.js';
import { stateDirOf } from '../run-graph.js';
import { readRunState } from '../run-state.js';
import type { RunStatus } from '../run-status.js';
import { failureOf, readExit, readStart } from './exit-record.js';
import { isActive, ours, type QueueEntry, queue } from './queue.js';
import { recordBase, slurmId } from './slurm-ref.js';

type JobStatus = RunStatus['jobs'][number];

/**
 * A status with what Slurm and its jobs say of those that are there: nobody may have been following them. Records
 * nothing; where Slurm does not answer the journal's word stands.
 * @returns also a sentence for people when Slurm did not answer
 */
export async function withSlurm(
	status: RunStatus,
	run: Run,
	root: string,
): Promise<{ status: RunStatus; note?: string }> {
	const stateDir = stateDirOf(root, run.name);
	const records = readRunState(stateDir);
	if (![...records.values()].some(({ slurm }) => slurm)) return { status };
	let entries: QueueEntry[] = [];
	let note: string | undefined;
	try {
		entries = await queue();
	} catch (error) {
		note = `Slurm was not asked: ${(error as Error).message}`;
	}
	const byId = ours(
		entries,
		[...records.values()].flatMap(({ slurm }) => slurm ?? []),
	);
	const jobs = status.jobs.map((job): JobStatus => {
		const slurm = records.get(job.name)?.slurm;
		if (!slurm) return job;
		const { name, state } = job;
		const base = recordBase(join(stateDir, 'slurm'), slurm);
		const exit = readExit(base);
		if (exit?.why === 'done') return { name, state: 'done', seconds: exit.ended - exit.started };
		if (exit) {
			const input = run.jobs.find((one) => one.name === name);
			return { name, state: 'failed', reason: failureOf(input, exit.why, exit.code) };
		}
		const slot = slurm.id === null ? 'Slurm' : `Slurm ${slurmId(slurm)}`;
		const entry = byId.get(slurmId(slurm));
		if (!entry) return { name, state, slot };
		if (!isActive(entry)) return { name, state: 'failed', slot, reason: `${entry.state}, ${slot}` };
		if (entry.state === 'PENDING') return { name, state: 'submitted', slot, reason: entry.reason };
		const started = readStart(base)?.at;
		return { name, state: 'running', slot, seconds: started === undefined ? 0 : Date.now() / 1000 - started };
	});
	return { status: { ...status, jobs }, ...(note !== undefined && { note }) };
}
