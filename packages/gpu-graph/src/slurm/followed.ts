import { join, relative } from 'node:path';
import { dependencyOrder } from '../dependency-order.js';
import { Fingerprints } from '../fingerprint.js';
import type { Job, Run } from '../job.js';
import type { JobRecord, SlurmRef } from '../job-record.js';
import { lastLine } from '../last-line.js';
import { logNames } from '../log-files.js';
import type { RunEvent, RunSummary } from '../run-event.js';
import type { RunState } from '../run-state.js';
import { type ExitRecord, failureOf, readAttempts, readExit, readStart } from './exit-record.js';
import { accounted, cancelOurs, isActive, ours, type QueueEntry, queue } from './queue.js';
import { type Patience, whenReachable } from './slurm-commands.js';
import { declareVoid, recordBase, slurmId } from './slurm-ref.js';
import { INPUTS_PENDING } from './submissions.js';

/** How often a job must be seen ended without a record of its own: a network file system may show that late. */
const LOOKS_WITHOUT_RECORD = 3;

const ENDED_BY_SLURM: Record<string, string> = {
	TIMEOUT: 'ran into the time limit of its Slurm job',
	CANCELLED: 'was cancelled in Slurm',
	NODE_FAIL: 'its node failed',
	OUT_OF_MEMORY: 'ran out of memory',
	PREEMPTED: 'was preempted and not queued again',
	DEADLINE: 'missed its deadline',
};

/** What is with Slurm, looked at again and again: records and tells each transition once, a job after what it needs. */
export class Followed {
	readonly #run: Run;
	readonly #state: RunState;
	readonly #root: string;
	readonly #dir: string;
	readonly #onEvent: ((event: RunEvent) => void) | undefined;
	readonly #order: readonly Job[];
	readonly #logs: Map<string, string>;
	readonly #waiting = new Set<string>();
	readonly #done = new Set<string>();
	readonly #failed = new Map<string, { job: string; reason: string; log: string }>();
	readonly #skipped = new Map<string, string>();
	readonly #looks = new Map<string, number>();
	readonly #attempts = new Map<string, number>();

	constructor(run: Run, state: RunState, root: string, dir: string, onEvent: ((event: RunEvent) => void) | undefined) {
		this.#run = run;
		this.#state = state;
		this.#root = root;
		this.#dir = dir;
		this.#onEvent = onEvent;
		this.#order = dependencyOrder(run.jobs);
		this.#logs = logNames(
			run.name,
			run.jobs.map(({ name }) => name),
		);
	}

	follow(jobs: readonly string[]): void {
		const known = new Set(this.#run.jobs.map(({ name }) => name));
		for (const job of jobs) if (known.has(job)) this.#waiting.add(job);
	}

	/** Follows exactly these jobs from now on; what failed while nobody looked is tried again with them. */
	restart(jobs: readonly Job[]): void {
		this.#waiting.clear();
		for (const { name } of jobs) {
			this.#failed.delete(name);
			this.#skipped.delete(name);
			this.#waiting.add(name);
		}
	}

	left(): string[] {
		return [...this.#waiting];
	}

	/** @returns whether Slurm has lost a job that never started: it is in no state now, and to be submitted anew */
	async look(patience: Patience): Promise<boolean> {
		if (this.#waiting.size === 0) return false;
		const refs = [...this.#waiting].flatMap((job) => this.#state.records.get(job)?.slurm ?? []);
		const entries = ours(await whenReachable(queue, patience), refs);
		const fingerprints = new Fingerprints(this.#root);
		const skipped: SlurmRef[] = [];
		for (const job of this.#order) {
			const record = this.#state.records.get(job.name);
			if (!this.#waiting.has(job.name) || !record?.slurm?.id) continue;
			const because = job.needs.map((need) => this.#skipped.get(need) ?? this.#failed.get(need)?.job).find(Boolean);
			if (because !== undefined) {
				this.#skip(job.name, because);
				skipped.push(record.slurm);
			}
			// Its needs have not been seen to end: the next look tells in the right order.
			else if (!job.needs.some((need) => this.#waiting.has(need)))
				await this.#lookAt(job, record, entries.get(slurmId(record.slurm)), fingerprints, patience);
		}
		// Slurm ends them itself, unless an administrator has it otherwise.
		if (skipped.length > 0) await whenReachable(() => cancelOurs(skipped), patience);
		return [...this.#waiting].some((job) => !this.#state.records.get(job)?.slurm);
	}

	async #lookAt(
		job: Job,
		record: JobRecord,
		entry: QueueEntry | undefined,
		fingerprints: Fingerprints,
		patience: Patience,
	): Promise<void> {
		const slurm = record.slurm!;
		const base = recordBase(this.#dir, slurm);
		const exit = readExit(base);
		const isRunning = entry?.state === 'RUNNING' || entry?.state === 'COMPLETING';
		if (record.state === 'submitted' && (exit || isRunning)) await this.#start(job, record, fingerprints);
		this.#tellAttempts(job, base);
		if (exit) {
			this.#end(job, exit);
			return;
		}
		if (entry && isActive(entry)) {
			this.#looks.delete(job.name);
			if (entry.state === 'PENDING' && record.state === 'running') this.#queuedAgain(job.name, slurm);
			return;
		}
		const looks = (this.#looks.get(job.name) ?? 0) + 1;
		this.#looks.set(job.name, looks);
		if (looks < LOOKS_WITHOUT_RECORD) return;
		const id = slurmId(slurm);
		const last =
			entry ??
			(await whenReachable(() => accounted([`--jobs=${id}`]), patience)).find(
				(one) => one.id === id && one.name === slurm.name,
			);
		const started = readStart(base)?.at;
		if (!last && started === undefined) {
			await this.#giveUp(job.name, slurm);
			return;
		}
		const how = last
			? (ENDED_BY_SLURM[last.state] ?? 'ended without a record')
			: 'is unknown to Slurm and left no record';
		const seconds = started === undefined ? 0 : Math.max(0, Date.now() / 1000 - started);
		this.#fail(job.name, `${how} (${last ? `${last.state}, ` : ''}Slurm job ${id})`, seconds);
	}

	/** A controller that was killed may not have saved what it took on last. */
	async #giveUp(job: string, slurm: SlurmRef): Promise<void> {
		await declareVoid(this.#dir, slurm);
		this.#state.record({ job, state: 'interrupted' });
		this.#looks.delete(job);
		this.#emit({ event: 'note', text: `${job} is lost, Slurm knows no job ${slurmId(slurm)} of it: submitted again` });
	}

	async #start(job: Job, record: JobRecord, fingerprints: Fingerprints): Promise<void> {
		const fingerprint = record.fingerprint?.inputs === INPUTS_PENDING ? await fingerprints.of(job) : record.fingerprint;
		const slot = `Slurm ${slurmId(record.slurm!)}`;
		this.#state.record({
			job: job.name,
			state: 'running',
			slot,
			slurm: record.slurm,
			...(fingerprint && { fingerprint }),
		});
		this.#emit({ event: 'start', job: job.name, slots: [slot], attempt: 1, why: 'new', estimate: null });
	}

	#tellAttempts(job: Job, base: string): void {
		const attempts = job.retries > 0 ? readAttempts(base) : [];
		attempts.slice(this.#attempts.get(job.name) ?? 0).forEach((line, index) => {
			const [why, code] = line.split(' ');
			this.#emit({ event: 'retry', job: job.name, attempt: index + 1, reason: failureOf(job, why!, Number(code)) });
		});
		this.#attempts.set(job.name, attempts.length);
	}

	#queuedAgain(job: string, slurm: SlurmRef): void {
		this.#state.record({ job, state: 'submitted', slurm });
		this.#emit({ event: 'note', text: `${job} is queued again (its node failed, it was preempted, or out of time)` });
	}

	#end(job: Job, { why, code, started, ended }: ExitRecord): void {
		const seconds = Math.max(0, ended - started);
		if (why !== 'done') {
			this.#fail(job.name, failureOf(job, why, code), seconds);
			return;
		}
		this.#state.record({ job: job.name, state: 'done', seconds });
		this.#waiting.delete(job.name);
		this.#done.add(job.name);
		this.#emit({ event: 'done', job: job.name, seconds });
	}

	#fail(job: string, how: string, seconds: number): void {
		const path = join(this.#root, 'logs', `${this.#logs.get(job)}.err`);
		const log = relative(this.#root, path);
		const reason = [how, lastLine(path)].filter((part) => part !== '').join(': ');
		this.#state.record({ job, state: 'failed', reason });
		this.#waiting.delete(job);
		this.#failed.set(job, { job, reason, log });
		this.#emit({ event: 'failed', job, seconds, reason, log });
	}

	#skip(job: string, because: string): void {
		this.#state.record({ job, state: 'skipped', reason: because });
		this.#waiting.delete(job);
		this.#skipped.set(job, because);
		this.#emit({ event: 'skipped', job, because });
	}

	summary(jobs: readonly Job[], finished: number, seconds: number): RunSummary {
		const before = jobs.filter(({ name }) => this.#done.has(name)).length;
		return {
			run: this.#run.name,
			done: this.#done.size,
			// Those that ended while nobody looked are told as done now.
			finished: finished - (this.#done.size - before),
			failed: [...this.#failed.values()],
			skipped: [...this.#skipped].map(([job, because]) => ({ job, because })),
			interrupted: [...this.#waiting],
			seconds,
		};
	}

	#emit(event: RunEvent): void {
		this.#onEvent?.(event);
	}
}
