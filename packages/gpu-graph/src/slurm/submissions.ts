import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Fingerprints } from '../fingerprint.js';
import type { Job, Run } from '../job.js';
import type { SlurmRef } from '../job-record.js';
import { logNames } from '../log-files.js';
import type { RunEvent } from '../run-event.js';
import type { RunState } from '../run-state.js';
import { groupJobs, type JobGroup } from './job-groups.js';
import type { Patience } from './slurm-commands.js';
import { slurmId } from './slurm-ref.js';
import { type SubmitPlace, slurmName, submit } from './submit.js';

/** Fingerprint of inputs that other jobs may still write: taken when the job starts. */
export const INPUTS_PENDING = 'pending';

/** Hands jobs to Slurm, each submission in the journal before and after `sbatch`. */
export class Submissions {
	readonly #state: RunState;
	readonly #fingerprints: Fingerprints;
	readonly #place: SubmitPlace;
	readonly #patience: Patience;
	readonly #onEvent: ((event: RunEvent) => void) | undefined;
	readonly #logs: Map<string, string>;

	constructor(
		run: Run,
		state: RunState,
		fingerprints: Fingerprints,
		place: SubmitPlace,
		patience: Patience,
		onEvent: ((event: RunEvent) => void) | undefined,
	) {
		this.#state = state;
		this.#fingerprints = fingerprints;
		this.#place = place;
		this.#patience = patience;
		this.#onEvent = onEvent;
		this.#logs = logNames(
			run.name,
			run.jobs.map(({ name }) => name),
		);
	}

	/** @param live those of the jobs that are with Slurm already */
	async submitAll(jobs: readonly Job[], live: ReadonlySet<string>): Promise<void> {
		const wanted = jobs.filter(({ name }) => !live.has(name));
		const pending = new Set(jobs.map(({ name }) => name));
		for (const group of groupJobs(wanted, live)) {
			if (this.#patience.signal.aborted) return;
			await this.#submit(group, pending);
		}
	}

	async #submit(group: JobGroup, pending: ReadonlySet<string>): Promise<void> {
		const token = randomBytes(6).toString('hex');
		const name = slurmName(this.#place.run, group.jobs[0]!.name, token);
		const refs = group.jobs.map(
			(_, index): SlurmRef => ({ token, name, task: group.tasks?.[index] ?? null, id: null }),
		);
		for (const [index, job] of group.jobs.entries()) {
			const now = await this.#fingerprints.of(job);
			const fingerprint = job.needs.some((need) => pending.has(need)) ? { ...now, inputs: INPUTS_PENDING } : now;
			this.#state.record({ job: job.name, state: 'submitted', fingerprint, slurm: refs[index]! });
		}
		this.#state.flush();
		const after = this.#dependency(group);
		const tasks = group.jobs.map((job, index) => ({
			job,
			task: refs[index]!.task ?? 0,
			log: this.#log(job, 'log'),
			err: this.#log(job, 'err'),
		}));
		// The log of an earlier run must not be taken for this one's.
		for (const { log, err } of tasks) for (const path of [log, err]) rmSync(path, { force: true });
		let id: string;
		try {
			id = await submit(group, tasks, token, after, this.#place, this.#patience);
		} catch (error) {
			// Refused, or no sbatch: nothing is there to be found. Unanswered: it is looked for at the next start.
			if (['ERR_FAILED', 'ERR_MISSING_INPUT'].includes(String((error as { code?: unknown }).code)))
				for (const { name: job } of group.jobs) this.#state.record({ job, state: 'interrupted' });
			throw error;
		}
		group.jobs.forEach((job, index) => {
			const slurm = { ...refs[index]!, id };
			this.#state.record({ job: job.name, state: 'submitted', slot: `Slurm ${slurmId(slurm)}`, slurm });
		});
		this.#state.flush();
		this.#onEvent?.({ event: 'submitted', jobs: group.jobs.map((job) => job.name), id, after: after ?? null });
	}

	#dependency({ after, afterTaskOf }: JobGroup): string | undefined {
		if (afterTaskOf !== null) return `aftercorr:${this.#state.records.get(afterTaskOf)!.slurm!.id}`;
		const ids = after.map((need) => slurmId(this.#state.records.get(need)!.slurm!));
		return ids.length === 0 ? undefined : `afterok:${ids.join(':')}`;
	}

	#log(job: Job, suffix: 'log' | 'err'): string {
		return join(this.#place.root, 'logs', `${this.#logs.get(job.name)}.${suffix}`);
	}
}
