import { join } from 'node:path';
import type { SlurmRef } from '../job-record.js';

/** As squeue prints it: `123`, or `123_4` for a task. */
export function slurmId({ id, task }: SlurmRef): string {
	return task === null ? `${id}` : `${id}_${task}`;
}

/** The records that the batch script leaves, without their suffixes. */
export function recordBase(dir: string, { token, task }: SlurmRef): string {
	return join(dir, `${token}-${task ?? 0}`);
}

/** A submission with this file beside its script does nothing when it starts. */
export function voidPath(dir: string, token: string): string {
	return join(dir, `${token}.void`);
}
