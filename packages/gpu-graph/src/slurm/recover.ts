import type { JobRecord } from '../job-record.js';
import type { RunState } from '../run-state.js';
import { readStart } from './exit-record.js';
import { cancel, findByName } from './queue.js';
import { type Patience, whenReachable } from './slurm-commands.js';
import { declareVoid, recordBase } from './slurm-ref.js';

/**
 * Submissions that were announced in the journal and never confirmed: a runner died between `sbatch` and its answer.
 * What Slurm has of them, by name, is adopted. What it has not is declared void first and then given up, so that an
 * `sbatch` that is still on its way cannot do the work a second time.
 */
export async function recoverSubmissions(state: RunState, dir: string, patience: Patience): Promise<void> {
	const byToken = new Map<string, JobRecord[]>();
	for (const record of state.records.values()) {
		if (record.slurm?.id !== null || record.slurm === undefined) continue;
		byToken.set(record.slurm.token, [...(byToken.get(record.slurm.token) ?? []), record]);
	}
	for (const records of byToken.values()) {
		const id = await find(records, dir, patience);
		if (id !== undefined) {
			for (const { job, slurm } of records) state.record({ job, state: 'submitted', slurm: { ...slurm!, id } });
			patience.note(`found Slurm job ${id} of a killed runner: ${records.map(({ job }) => job).join(', ')}`);
			continue;
		}
		for (const { slurm } of records) await declareVoid(dir, slurm!);
		const late = await whenReachable(() => findByName(records[0]!.slurm!.name), patience);
		if (late !== undefined) await whenReachable(() => cancel([late]), patience);
		for (const { job } of records) state.record({ job, state: 'interrupted' });
	}
	if (byToken.size > 0) state.flush();
}

async function find(records: readonly JobRecord[], dir: string, patience: Patience): Promise<string | undefined> {
	// A job that ended long ago is known to nobody but to the files it left.
	const started = records.map(({ slurm }) => readStart(recordBase(dir, slurm!))?.id).find((id) => id !== undefined);
	return started ?? (await whenReachable(() => findByName(records[0]!.slurm!.name), patience));
}
