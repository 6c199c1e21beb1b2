import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SteeringError } from '@steering/core/errors';
import { stopGroup } from '@steering/core/processes';
import { execa } from 'execa';
import { loopbackUrl } from './address.js';
import { waitUntilReady } from './server-health.js';
import { startWatchdog } from './watchdog.js';

/** What to start, and where. */
export interface StartOptions {
	/** The words of the command, its port in place. */
	command: readonly string[];
	port: number;
	apiKey: string;
	/** The folder that holds logs/. */
	root: string;
	waitMs: number;
	/** How long the server has to end when told to, before it is killed. */
	graceMs?: number | undefined;
	signal: AbortSignal;
	onNote?: ((note: string) => void) | undefined;
}

/** A judge server that this process started. */
export interface StartedServer {
	/** Aborted, with an error that says what its log ends with, when the server ends by itself. */
	readonly died: AbortSignal;
	/** Waits until it has ended by itself, but not longer than this. */
	endingWithin(ms: number): Promise<void>;
	/** Ends it and all that it started. Resolves when they are gone. */
	stop(): Promise<void>;
}

/** vLLM's workers give back the memory of a GPU within this. */
const GRACE_MS = 10_000;
const LOG_LINES = 3;
const LOG_CHARS = 500;

/**
 * Starts a server and waits until it is healthy. It has a process group and a log of its own, and ends with this process,
 * however that ends.
 *
 * Throws ERR_USAGE when something else answers on the port, ERR_FAILED with the end of the log when the server ends or is
 * not ready in time; no process is left then.
 */
export async function startServer(options: StartOptions): Promise<StartedServer> {
	const { command, port, root, waitMs, graceMs = GRACE_MS, onNote } = options;
	await requireFreePort(port);
	const log = join('logs', `judge_${port}.log`);
	const { pid, ended, watchdog, logFrom } = launch(command, join(root, log), graceMs);
	const died = new AbortController();
	let stopping = false;
	const gone = ended.then(async (how) => {
		const hint = pid === undefined ? 'install it, or give another --server-command' : undefined;
		if (!stopping) died.abort(await endOf(`the judge server ${how}`, { root, log, logFrom, hint }));
	});
	const stop = async () => {
		stopping = true;
		if (pid !== undefined) await stopGroup(pid, graceMs);
		await gone;
		watchdog.dismiss();
	};
	try {
		onNote?.(`judge server: ${command.join(' ')} (log in ${log})`);
		const signal = AbortSignal.any([options.signal, died.signal]);
		const health = await waitUntilReady(loopbackUrl(port), options.apiKey, { waitMs, signal });
		signal.throwIfAborted();
		if (!health.ready) {
			const problem = `the judge server was not ready within ${waitMs / 1000} s (${health.problem})`;
			throw await endOf(problem, { root, log, logFrom, hint: 'give it longer with --wait SECONDS' });
		}
	} catch (error) {
		await stop();
		throw error;
	}
	const endingWithin = (ms: number) => Promise.race([gone, sleep(ms, undefined, { ref: false })]);
	return { died: died.signal, endingWithin, stop };
}

function launch(command: readonly string[], log: string, graceMs: number) {
	const [file = '', ...args] = command;
	mkdirSync(join(log, '..'), { recursive: true });
	// A file, not a pipe through us: what a server says while we are killed is not lost, and does not stop it either.
	// Added to: what a server said before it died is wanted when it is started again.
	const output = openSync(log, 'a');
	const logFrom = fstatSync(output).size;
	const watchdog = startWatchdog(graceMs);
	const child = execa(file, args, {
		...{ detached: true, cleanup: false, reject: false, buffer: false },
		stdin: 'ignore',
		// Its types know the standard descriptors only; any open one is passed on.
		...{ stdout: output as 1, stderr: output as 1 },
	});
	if (child.pid !== undefined) watchdog.watch(child.pid);
	closeSync(output);
	const ended = child.then(({ exitCode, signal, originalMessage }) => {
		if (exitCode !== undefined) return `ended with exit code ${exitCode}`;
		return signal === undefined ? `could not be started (${originalMessage})` : `was ended by ${signal}`;
	});
	return { pid: child.pid, ended, watchdog, logFrom };
}

async function requireFreePort(port: number): Promise<void> {
	const isTaken = await new Promise<boolean>((resolve) => {
		const socket = createConnection({ port, host: '127.0.0.1' });
		socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
		socket.once('connect', () => socket.destroy());
	});
	if (!isTaken) return;
	throw new SteeringError('ERR_USAGE', `something answers on port ${port} already, where --server was to start one`, {
		hint: 'use it without --server, or choose another --port',
	});
}

/** @param place `logFrom`: where in the log this server's own part begins */
async function endOf(
	problem: string,
	{ root, log, logFrom, hint }: { root: string; log: string; logFrom: number; hint?: string | undefined },
): Promise<SteeringError> {
	const bytes = await readFile(join(root, log)).catch(() => Buffer.alloc(0));
	const lines = bytes
		.subarray(logFrom)
		.toString('utf8')
		.split('\n')
		.map((line) => line.trim());
	const last = lines.filter(Boolean).slice(-LOG_LINES).join(' | ').slice(-LOG_CHARS);
	return new SteeringError('ERR_FAILED', `${problem}; ${log} ${last ? `ends with: ${last}` : 'is empty'}`, {
		...(hint ? { hint } : {}),
	});
}
