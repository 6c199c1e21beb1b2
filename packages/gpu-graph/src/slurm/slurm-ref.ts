import { join } from 'node:path';
import { writeFileAtomic } from '@steering/core/artifacts';
import type { SlurmRef } from '../job-record.js';

/** As squeue prints it: `123`, or `123_4` for a task. */
export function slurmId({ id, task }: SlurmRef): string {
	return task === null ? `${id}` : `${id}_${task}`;
}

/** The records that the batch script leaves, without their suffixes. */
export function recordBase(dir: string, { token, task }: SlurmRef): string {
	return join(dir, `${token}-${task ?? 0}`);
}

/** Makes a job that is given up for lost do nothing should it start after all: another does its work. */
export function declareVoid(dir: string, slurm: SlurmRef): Promise<void> {
	return writeFileAtomic(`${recordBase(dir, slurm)}.void`, '');
}
