import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { durationsOf, estimateSeconds, scheduleOf, simulate } from './estimate.js';
import type { Fingerprints } from './fingerprint.js';
import type { Job } from './job.js';
import { lastLine } from './last-line.js';
import { logNames } from './log-files.js';
import type { Plan } from './plan-run.js';
import { type AttemptEnd, runAttempt } from './run-attempt.js';
import type { RunEvent, RunSummary } from './run-event.js';
import { makeFolder } from './run-folder.js';
import type { RunGraphOptions } from './run-graph.js';
import type { RunState } from './run-state.js';
import type { Launch, Schedule } from './schedule.js';
import { type Slot, slotName } from './slot.js';
import { RUN_TAG, stopLeftovers } from './stop-processes.js';

/** One runner's way through a plan: launches what the schedule decides, records what comes of it. */
export class Execution {
	readonly #options: RunGraphOptions;
	readonly #plan: Plan;
	readonly #state: RunState;
	readonly #fingerprints: Fingerprints;
	readonly #stateDir: string;
	readonly #jobs: Map<string, { job: Job; why: string }>;
	readonly #seconds: Map<string, number | undefined>;
	readonly #schedule: Schedule;
	readonly #logs: Map<string, string>;
	readonly #stop = new AbortController();
	readonly #running = new Set<Promise<void>>();
	readonly #ended = new Map<string, 'done' | 'failed' | 'skipped'>();
	readonly #failed: { job: string; reason: string; log: string }[] = [];
	readonly #skipped: { job: string; because: string }[] = [];
	#error: unknown;

	constructor(options: RunGraphOptions, plan: Plan, state: RunState, fingerprints: Fingerprints, stateDir: string) {
		this.#options = options;
		this.#plan = plan;
		this.#state = state;
		this.#fingerprints = fingerprints;
		this.#stateDir = stateDir;
		setMaxListeners(0, this.#stop.signal); // each running job listens: with many slots Node would warn of a leak
		const jobs = plan.todo.map(({ job }) => job);
		this.#jobs = new Map(plan.todo.map((planned) => [planned.job.name, planned]));
		this.#seconds = estimateSeconds(jobs, durationsOf(state.records));
		this.#schedule = scheduleOf(jobs, options.slots, this.#seconds);
		this.#logs = logNames(
			options.run.name,
			options.run.jobs.map((job) => job.name),
		);
	}

	async run(): Promise<RunSummary> {
		const began = performance.now();
		const onAbort = () => this.#stop.abort();
		this.#options.signal?.addEventListener('abort', onAbort);
		if (this.#options.signal?.aborted) onAbort();
		this.#announce();
		makeFolder(join(this.#options.root, 'logs'), 'logs');
		await import('execa'); // so that the first job's time is its own
		this.#launch();
		while (this.#running.size > 0) await Promise.race(this.#running);
		this.#options.signal?.removeEventListener('abort', onAbort);
		// A job may have moved a server out of its process group.
		if (this.#stop.signal.aborted) await stopLeftovers(this.#stateDir, this.#graceMs);
		if (this.#error) throw this.#error;
		const summary = this.#summary((performance.now() - began) / 1000);
		this.#emit({ event: 'summary', ...summary });
		return summary;
	}

	#launch(): void {
		if (this.#stop.signal.aborted) return;
		for (const launch of this.#schedule.launch()) {
			const work = this.#perform(launch)
				.catch((error: unknown) => {
					// The state cannot be kept (a full disk): stop everything rather than lose track of it.
					this.#error ??= error;
					this.#stop.abort();
				})
				.finally(() => this.#running.delete(work));
			this.#running.add(work);
		}
	}

	async #perform({ job: name, slots }: Launch): Promise<void> {
		const { job, why } = this.#jobs.get(name)!;
		const slotNames = slots.map(slotName);
		this.#state.record({
			job: name,
			state: 'running',
			slot: slotNames.join(', '),
			fingerprint: await this.#fingerprints.of(job),
		});
		const began = performance.now();
		let end: AttemptEnd = { outcome: 'interrupted' };
		for (let attempt = 1; !this.#stop.signal.aborted; attempt++) {
			const estimate = this.#seconds.get(name) ?? null;
			this.#emit({ event: 'start', job: name, slots: slotNames, attempt, why, estimate });
			end = await this.#attempt(job, slots, attempt > 1);
			if (end.outcome !== 'failed' || attempt > job.retries) break;
			this.#emit({ event: 'retry', job: name, attempt, reason: end.reason });
			end = { outcome: 'interrupted' }; // unless there is another attempt: it has not failed for good
		}
		this.#finish(name, end, (performance.now() - began) / 1000);
		this.#launch();
	}

	#attempt(job: Job, slots: readonly Slot[], append: boolean): Promise<AttemptEnd> {
		const { root } = this.#options;
		const gpus = job.gpus === 0 ? [] : slots.flatMap(({ gpu }) => (gpu === null ? [] : [gpu]));
		const env = {
			STEERING_THREADS: process.env.STEERING_THREADS ?? threadsOfSlot(this.#options.slots.length),
			CUDA_DEVICE_ORDER: 'PCI_BUS_ID', // nvidia-smi's order, which the GPUS argument counts in; CUDA's own is another
			...job.env,
			CUDA_VISIBLE_DEVICES: gpus.join(','),
			STEERING_SLOT: String(slots[0]!.index),
			[RUN_TAG]: this.#stateDir,
		};
		const [log, err] = [this.#logPath(job.name, 'log'), this.#logPath(job.name, 'err')];
		return runAttempt(job, { root, env, log, err, append, graceMs: this.#graceMs, signal: this.#stop.signal });
	}

	#finish(job: string, end: AttemptEnd, seconds: number): void {
		const { outcome } = end;
		if (outcome === 'done') {
			this.#state.record({ job, state: outcome, seconds });
			this.#ended.set(job, outcome);
			this.#emit({ event: 'done', job, seconds });
		} else if (outcome === 'failed') {
			const log = relative(this.#options.root, this.#logPath(job, 'err'));
			const reason = [end.reason, lastLine(this.#logPath(job, 'err'))].filter((part) => part !== '').join(': ');
			this.#state.record({ job, state: outcome, reason });
			this.#ended.set(job, outcome);
			this.#failed.push({ job, reason, log });
			this.#emit({ event: 'failed', job, seconds, reason, log });
		} else {
			this.#state.record({ job, state: outcome });
			this.#emit({ event: 'interrupted', job });
		}
		for (const skipped of this.#schedule.finish(job, outcome)) {
			this.#state.record({ job: skipped, state: 'skipped', reason: job });
			this.#ended.set(skipped, 'skipped');
			this.#skipped.push({ job: skipped, because: job });
			this.#emit({ event: 'skipped', job: skipped, because: job });
		}
	}

	#announce(): void {
		const { run, slots } = this.#options;
		const jobs = this.#plan.todo.map(({ job }) => job);
		const isKnown = jobs.some(({ name }) => this.#seconds.get(name) !== undefined);
		this.#emit({
			event: 'plan',
			run: run.name,
			jobs: jobs.length,
			finished: this.#plan.finished.length,
			slots: slots.map(slotName),
			estimate: isKnown ? simulate(jobs, slots, this.#seconds).seconds : null,
		});
	}

	#summary(seconds: number): RunSummary {
		const interrupted = [...this.#jobs.keys()].filter((name) => !this.#ended.has(name));
		const done = [...this.#ended.values()].filter((state) => state === 'done').length;
		const { name: run } = this.#options.run;
		return {
			run,
			done,
			finished: this.#plan.finished.length,
			failed: this.#failed,
			skipped: this.#skipped,
			interrupted,
			seconds,
		};
	}

	#logPath(job: string, suffix: 'log' | 'err'): string {
		return join(this.#options.root, 'logs', `${this.#logs.get(job)}.${suffix}`);
	}

	get #graceMs(): number {
		return this.#options.graceMs ?? 10_000;
	}

	#emit(event: RunEvent): void {
		this.#options.onEvent?.(event);
	}
}

/** Jobs side by side share the cores: each with all of them would wait for the others at every operator. */
function threadsOfSlot(slots: number): string {
	return String(Math.max(1, Math.floor(availableParallelism() / slots)));
}
