import type { SlurmRef } from '../job-record.js';
import { SlurmCommandError, slurmCommand } from './slurm-commands.js';
import { slurmId } from './slurm-ref.js';

/** A job, or a task of an array, as Slurm sees it. */
export interface QueueEntry {
	/** `123`, or `123_4` for a task. */
	readonly id: string;
	/** squeue's long name: `PENDING`, `RUNNING`, `NODE_FAIL`, ... */
	readonly state: string;
	readonly reason: string;
	readonly name: string;
}

const ACTIVE = new Set([
	...['PENDING', 'RUNNING', 'SUSPENDED', 'CONFIGURING', 'COMPLETING', 'REQUEUED', 'REQUEUE_HOLD', 'REQUEUE_FED'],
	...['SPECIAL_EXIT', 'RESIZING', 'SIGNALING', 'STAGE_OUT', 'STOPPED', 'REVOKED', 'RESV_DEL_HOLD'],
]);

export function isActive({ state }: QueueEntry): boolean {
	return ACTIVE.has(state);
}

/** Everything of this user that the controller still knows, also what ended lately (MinJobAge), in one call. */
export async function queue(): Promise<QueueEntry[]> {
	// All jobs rather than a list of ids: one that is purged would make squeue fail.
	const text = await slurmCommand('squeue', ['--me', '--states=all', '--array', '--noheader', '--format=%i|%T|%r|%j']);
	return text.split('\n').flatMap((line) => {
		const [id, state, reason, ...name] = line.split('|');
		return state === undefined ? [] : [{ id: id!.trim(), state, reason: reason ?? '', name: name.join('|') }];
	});
}

/** What accounting knows of jobs that the controller has forgotten; nothing where there is no accounting. */
export async function accounted(filter: readonly string[]): Promise<QueueEntry[]> {
	try {
		const text = await slurmCommand('sacct', [
			...filter,
			...['--allocations', '--noheader', '--parsable2', '--format=JobID,State,ExitCode,JobName'],
		]);
		return text.split('\n').flatMap((line) => {
			const [id, state, code, ...name] = line.split('|');
			// `CANCELLED by 1000`
			return state === undefined
				? []
				: [{ id: id!, state: state.split(' ', 1)[0]!, reason: `exit ${code}`, name: name.join('|') }];
		});
	} catch (error) {
		if (error instanceof SlurmCommandError && !error.isUnreachable) return [];
		throw error;
	}
}

/**
 * Entries by id of those jobs that really are ours: a controller that has lost its state gives ids out again.
 * @param refs what is with Slurm
 */
export function ours(entries: readonly QueueEntry[], refs: readonly SlurmRef[]): Map<string, QueueEntry> {
	const names = new Map(refs.map((ref) => [slurmId(ref), ref.name]));
	return new Map(entries.flatMap((entry) => (names.get(entry.id) === entry.name ? [[entry.id, entry]] : [])));
}

/** Ends those of our jobs that wait or run. */
export async function cancelOurs(refs: readonly SlurmRef[]): Promise<void> {
	const there = [...ours(await queue(), refs).values()].filter(isActive);
	if (there.length > 0) await cancel(there.map(({ id }) => id));
}

/** Ends jobs, waiting ones and running ones; those that have ended already are no error. */
export async function cancel(ids: readonly string[]): Promise<void> {
	const distinct = [...new Set(ids)];
	// As many as go on a command line easily.
	for (let first = 0; first < distinct.length; first += 500) {
		try {
			await slurmCommand('scancel', distinct.slice(first, first + 500));
		} catch (error) {
			if (
				!(error instanceof SlurmCommandError) ||
				error.isUnreachable ||
				!/invalid job id|already completing or completed/i.test(error.message)
			)
				throw error;
		}
	}
}

/** The job id that carries this name, of a submission whose answer was lost; undefined when there is none. */
export async function findByName(name: string): Promise<string | undefined> {
	const known = [...(await queue()), ...(await accounted([`--name=${name}`]))];
	return known.find((entry) => entry.name === name)?.id.replace(/_.*$/, '');
}
