import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Fingerprints } from '../fingerprint.js';
import type { Run } from '../job.js';
import { planRun, type Selection } from '../plan-run.js';
import type { RunEvent, RunSummary } from '../run-event.js';
import { stateDirOf } from '../run-graph.js';
import { lockRun } from '../run-lock.js';
import { RunState } from '../run-state.js';
import { stopLeftovers } from '../stop-processes.js';
import { Followed } from './followed.js';
import { keepLive } from './keep-live.js';
import { cancelOurs } from './queue.js';
import { recoverSubmissions } from './recover.js';
import { pause, whenReachable } from './slurm-commands.js';
import type { SlurmSettings } from './slurm-settings.js';
import { Submissions } from './submissions.js';

export interface SlurmRunOptions extends Selection {
	readonly run: Run;
	/** As of `runGraph`. */
	readonly root: string;
	readonly settings: SlurmSettings;
	readonly onEvent?: (event: RunEvent) => void;
	/** Stops following; the jobs go on unless `cancelOnInterrupt`. */
	readonly signal?: AbortSignal;
	/** Seconds between TERM and KILL for a command that is stopped (default 10). */
	readonly grace?: number;
	/** Seconds before its time limit at which a job is told to stop (default 60). */
	readonly signalBefore?: number;
	/** Seconds between looks at the queue (default 5). */
	readonly poll?: number;
	/** Return when everything is submitted. */
	readonly detach?: boolean;
	readonly cancelOnInterrupt?: boolean;
}

/**
 * Submits what is left to do of a run and follows it to its end. Jobs that are with Slurm already, of a call that was
 * detached, interrupted or killed, are followed and not submitted again.
 * @returns the summary; `interrupted` holds what is still with Slurm, or was ended by `cancelOnInterrupt`
 * @throws {SteeringError} ERR_LOCKED while another runner has the run; ERR_MISSING_INPUT without Slurm; ERR_FAILED when
 * Slurm refuses a job
 */
export async function runOnSlurm(options: SlurmRunOptions): Promise<RunSummary> {
	return withState(options, async ({ state, followed, root, dir }) => {
		const { run, settings, onEvent, detach, cancelOnInterrupt, grace = 10, signalBefore = 60, poll = 5 } = options;
		const began = performance.now();
		const signal = options.signal ?? new AbortController().signal;
		const note = (text: string) => onEvent?.({ event: 'note', text });
		const patience = { note, signal };
		await recoverSubmissions(state, dir, patience);
		followed.follow([...state.records.values()].filter(({ slurm }) => slurm).map(({ job }) => job));
		await followed.look(patience);
		const fingerprints = new Fingerprints(root);
		const plan = await planRun(run, state.records, root, (job) => fingerprints.of(job), options);
		const jobs = plan.todo.map(({ job }) => job);
		const live = await keepLive(jobs, state, fingerprints, patience);
		followed.restart(jobs);
		onEvent?.({
			event: 'plan',
			run: run.name,
			jobs: jobs.length,
			finished: plan.finished.length,
			slots: ['Slurm'],
			estimate: null,
		});
		mkdirSync(join(root, 'logs'), { recursive: true });
		const place = { run: run.name, root, dir, grace, signalBefore, settings };
		const submissions = new Submissions(run, state, fingerprints, place, patience, onEvent);
		await submissions.submitAll(jobs, live);
		const submitLost = async () => {
			const left = new Set(followed.left());
			const waiting = jobs.filter(({ name }) => left.has(name));
			await submissions.submitAll(waiting, await keepLive(waiting, state, fingerprints, patience));
		};
		while (!detach && !signal.aborted && followed.left().length > 0) {
			const look = followed.look(patience).then((lost) => (lost ? submitLost() : undefined));
			await look.catch((error: unknown) => {
				if (!signal.aborted) throw error;
			});
			if (followed.left().length > 0) await pause(poll * 1000, signal);
		}
		if (signal.aborted && cancelOnInterrupt) await cancelLive(state, dir, note);
		const summary = followed.summary(jobs, plan.finished.length, (performance.now() - began) / 1000);
		onEvent?.({ event: 'summary', ...summary });
		return summary;
	});
}

/**
 * Ends every job of the run that is with Slurm, waiting or running.
 * @returns their names
 */
export async function cancelOnSlurm(options: Pick<SlurmRunOptions, 'run' | 'root' | 'onEvent'>): Promise<string[]> {
	return withState(options, async ({ state, dir }) => {
		const note = (text: string) => options.onEvent?.({ event: 'note', text });
		await recoverSubmissions(state, dir, { note, signal: new AbortController().signal });
		return cancelLive(state, dir, note);
	});
}

async function cancelLive(state: RunState, dir: string, note: (text: string) => void): Promise<string[]> {
	const live = [...state.records.values()].filter(({ slurm }) => slurm);
	const patience = { note, signal: new AbortController().signal };
	await recoverSubmissions(state, dir, patience);
	const refs = [...state.records.values()].flatMap(({ slurm }) => (slurm?.id ? [slurm] : []));
	if (refs.length > 0) await whenReachable(() => cancelOurs(refs), patience);
	for (const { job } of live) state.record({ job, state: 'interrupted' });
	return live.map(({ job }) => job);
}

interface Place {
	readonly state: RunState;
	readonly followed: Followed;
	readonly root: string;
	readonly dir: string;
}

async function withState<T>(
	options: Pick<SlurmRunOptions, 'run' | 'root' | 'onEvent'>,
	work: (place: Place) => Promise<T>,
): Promise<T> {
	const root = realpathSync(options.root);
	const stateDir = stateDirOf(root, options.run.name);
	const lock = await lockRun(stateDir);
	try {
		// What a killed runner of the local engine had started.
		if (lock.tookOver) await stopLeftovers(stateDir, 10_000);
		const state = new RunState(stateDir, options.run.name);
		try {
			const dir = join(stateDir, 'slurm');
			mkdirSync(dir, { recursive: true });
			const followed = new Followed(options.run, state, root, dir, options.onEvent);
			return await work({ state, followed, root, dir });
		} finally {
			await state.close();
		}
	} finally {
		lock.release();
	}
}
