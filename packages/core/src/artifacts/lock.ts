import { readFileSync, rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { SteeringError } from '../errors/index.js';

/** Long, because a model may block the event loop for minutes and a lock must outlive that. */
const STALE_MS = 300_000;
const UPDATE_MS = 10_000;
/** Held for the moments of taking a lock; proper-lockfile allows no less for the stale one of a killed process. */
const GUARD_STALE_MS = 2000;
const GUARD_RETRIES = { retries: 40, minTimeout: 50, maxTimeout: 200 };

const ownerSchema = z.object({ pid: z.int().min(1), host: z.string() });
type Owner = z.output<typeof ownerSchema>;

/** How often a lock that is waited for is tried. */
const WAIT_MS = 500;

export interface LockOptions {
	/** Wait until the other holder ends, instead of failing. */
	wait?: boolean;
	/** Ends the waiting. */
	signal?: AbortSignal | undefined;
	/** Told once that there is somebody to wait for. */
	onWait?: ((reason: string) => void) | undefined;
}

/**
 * Runs `work` as the only process that writes `path`. The lock of a process of this machine that is dead (killed) is
 * taken over at once, so that a command can be resumed; one on another machine after five minutes without a sign.
 *
 * @throws SteeringError ERR_LOCKED when somebody else holds the lock and there is no `wait`; what the signal was aborted with
 */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
	await mkdir(dirname(path), { recursive: true });
	const release = options.wait ? await acquirePatiently(path, options) : await acquire(path);
	try {
		return await work();
	} finally {
		rmSync(ownerPath(path), { force: true });
		await release();
	}
}

const ownerPath = (path: string) => `${path}.lock-owner`;

async function acquirePatiently(path: string, { signal, onWait }: LockOptions): Promise<() => Promise<void>> {
	for (let told = false; ; told = true) {
		signal?.throwIfAborted();
		try {
			return await acquire(path);
		} catch (error) {
			if (!(error instanceof SteeringError) || error.code !== 'ERR_LOCKED') throw error;
			if (!told) onWait?.(error.message);
			await sleep(WAIT_MS, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
		}
	}
}

/** The guard serialises judging the owner, taking the lock and signing it: two processes must not both take over. */
async function acquire(path: string): Promise<() => Promise<void>> {
	const { lock } = await import('proper-lockfile');
	const guard = await lock(`${path}.guard`, {
		realpath: false,
		stale: GUARD_STALE_MS,
		retries: GUARD_RETRIES,
	}).catch((cause) => {
		throw locked(path, undefined, cause);
	});
	try {
		const owner = readOwner(path);
		if (owner && isDead(owner)) await rm(`${path}.lock`, { recursive: true, force: true });
		const release = await lock(path, { realpath: false, stale: STALE_MS, update: UPDATE_MS }).catch((cause) => {
			throw locked(path, owner, cause);
		});
		await writeFile(ownerPath(path), JSON.stringify({ pid: process.pid, host: hostname() } satisfies Owner));
		return release;
	} finally {
		await guard();
	}
}

function readOwner(path: string): Owner | undefined {
	try {
		return ownerSchema.parse(JSON.parse(readFileSync(ownerPath(path), 'utf8')));
	} catch {
		// No owner is known: then only the age of the lock counts.
		return undefined;
	}
}

function isDead({ pid, host }: Owner): boolean {
	if (host !== hostname()) return false;
	try {
		process.kill(pid, 0);
		return false;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'ESRCH';
	}
}

function locked(path: string, owner: Owner | undefined, cause: unknown): SteeringError {
	const { code, message } = cause as NodeJS.ErrnoException;
	if (code !== 'ELOCKED') return new SteeringError('ERR_FAILED', `cannot lock ${path} (${message})`, { cause });
	const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process';
	return new SteeringError('ERR_LOCKED', `${path} is being written by ${who}`, {
		hint: 'wait for it to end, or stop it',
		cause,
	});
}
