import { closeSync, existsSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { isGroupAlive, stopGroup } from '@steering/core/processes';
import type { Job } from './job.js';
import { killAtExit } from './stop-processes.js';

/** setTimeout counts in 32 bits; a longer limit than 24 days is none. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface AttemptPlace {
	/** Working directory. */
	readonly root: string;
	readonly env: Readonly<Record<string, string>>;
	/** Paths of the job's stdout and stderr. */
	readonly log: string;
	readonly err: string;
	/** Keep what an earlier attempt of this run wrote there. */
	readonly append: boolean;
	/** Milliseconds between TERM and KILL. */
	readonly graceMs: number;
	/** Stops the attempt. */
	readonly signal: AbortSignal;
}

export type AttemptEnd = { outcome: 'done' | 'interrupted' } | { outcome: 'failed'; reason: string };

/**
 * Runs a job's command once, as the leader of its own process group, its output straight into the log files (no pipe
 * through the runner: a killed runner breaks none). When the command ends, what it left in its group is stopped: it
 * would hold the GPU of the next job.
 */
export async function runAttempt(job: Job, place: AttemptPlace): Promise<AttemptEnd> {
	const files = [place.log, place.err].map((path) => openSync(path, place.append ? 'a' : 'w'));
	try {
		const missing = job.inputs.find((input) => !existsSync(resolve(place.root, input)));
		if (missing !== undefined) return { outcome: 'failed', reason: `its input ${missing} is not there` };
		const end = await runCommand(job, place, files[0]!, files[1]!);
		const unwritten = job.outputs.find((output) => !existsSync(resolve(place.root, output)));
		if (end.outcome !== 'done' || unwritten === undefined) return end;
		return { outcome: 'failed', reason: `exit 0, but it did not write ${unwritten}` };
	} finally {
		files.forEach(closeSync);
	}
}

async function runCommand(job: Job, place: AttemptPlace, stdout: number, stderr: number): Promise<AttemptEnd> {
	const { child } = await start(job, place, stdout, stderr);
	const release = child.pid === undefined ? undefined : killAtExit(child.pid);
	let stopped: 'interrupted' | 'timeout' | undefined;
	let stopping: Promise<void> | undefined;
	const stop = (why: 'interrupted' | 'timeout') => {
		stopped ??= why;
		if (child.pid !== undefined) stopping ??= stopGroup(child.pid, place.graceMs);
	};
	const onAbort = () => stop('interrupted');
	place.signal.addEventListener('abort', onAbort);
	if (place.signal.aborted) onAbort();
	const limitMs = job.timeout === null ? MAX_TIMER_MS : job.timeout * 1000;
	const timer = limitMs < MAX_TIMER_MS ? setTimeout(stop, limitMs, 'timeout') : undefined;
	const result = await child;
	clearTimeout(timer);
	place.signal.removeEventListener('abort', onAbort);
	await stopping;
	if (child.pid !== undefined && isGroupAlive(child.pid)) await stopGroup(child.pid, place.graceMs);
	release?.();
	if (stopped === 'interrupted') return { outcome: 'interrupted' };
	if (stopped === 'timeout') return { outcome: 'failed', reason: `timed out after ${job.timeout} s` };
	if (result.exitCode === 0) return { outcome: 'done' };
	if (result.signal !== undefined) return { outcome: 'failed', reason: `killed by ${result.signal}` };
	if (result.exitCode !== undefined) return { outcome: 'failed', reason: `exit ${result.exitCode}` };
	return { outcome: 'failed', reason: `cannot start: ${result.originalMessage ?? result.shortMessage}` };
}

async function start(job: Job, { root, env }: AttemptPlace, stdout: number, stderr: number) {
	const { execa } = await import('execa');
	const options = {
		cwd: root,
		env,
		stdin: 'ignore',
		stdout: stdout as 1, // its types know the standard descriptors only; any open one is passed on
		stderr: stderr as 2,
		buffer: false,
		reject: false,
		detached: true, // leads a process group of its own; Ctrl-C in the terminal reaches the runner alone
		cleanup: false,
	} as const;
	// Wrapped: the subprocess is itself a promise, and awaiting this function would await the command.
	if (typeof job.command === 'string') return { child: execa(job.command, { ...options, shell: true }) };
	const [program, ...rest] = job.command;
	return { child: execa(program!, rest, options) };
}
