import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SteeringError } from '@steering/core/errors';
import { isAlive, processId } from '@steering/core/processes';
import { z } from 'zod';
import { cannotKeep, makeFolder } from './run-folder.js';

const ownerSchema = z.object({ pid: z.int(), started: z.string().nullable(), host: z.string(), since: z.number() });
export type Owner = z.infer<typeof ownerSchema>;

const LOCK = /^runner-.*\.lock$/;
/** Two runners that start in the same instant may each see the other and step back; one of them gets it on a retry. */
const TRIES = 4;

/**
 * Makes this process the only runner of a run. Each runner first puts up a file of its own and then looks for others, so
 * of two at once at least one sees the other; the file of a dead process counts for nothing and is swept away, so
 * nothing is ever taken over in a race.
 * @returns whether a runner had died without letting go, and how to let go
 * @throws {SteeringError} ERR_LOCKED naming the process that has it
 */
export async function lockRun(dir: string): Promise<{ tookOver: boolean; release: () => void }> {
	makeFolder(dir, 'the state of the run');
	const mine = `runner-${hostname().replace(/[^\w.-]/g, '_')}-${process.pid}.lock`;
	const release = () => rmSync(join(dir, mine), { force: true });
	let tookOver = false;
	for (let attempt = 1; ; attempt++) {
		tookOver ||= claim(dir, mine);
		const owners = otherOwners(dir, mine);
		tookOver ||= owners.dead > 0;
		const owner = owners.alive[0];
		if (!owner) return { tookOver, release };
		release();
		if (attempt === TRIES) throw lockedBy(owner, dir);
		await sleep(50 * attempt * Math.random());
	}
}

/** The live runner of a run, if there is one. */
export function runnerOf(dir: string): Owner | undefined {
	return otherOwners(dir, undefined).alive[0];
}

/** @returns whether a dead process with this id had left its file */
function claim(dir: string, mine: string): boolean {
	const owner: Owner = { ...processId(process.pid), host: hostname(), since: Date.now() };
	const draft = join(dir, `${mine}.tmp`);
	try {
		// On the disk, too: after a power cut a lock with nothing in it would look like damage.
		writeFileSync(draft, JSON.stringify(owner), { flush: true });
	} catch (cause) {
		throw cannotKeep(dir, 'the state of the run', cause);
	}
	// Linked when complete: nobody reads half a file.
	let stale = false;
	try {
		linkSync(draft, join(dir, mine));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		stale = true;
		rmSync(join(dir, mine));
		linkSync(draft, join(dir, mine));
	}
	rmSync(draft);
	return stale;
}

function otherOwners(dir: string, mine: string | undefined): { alive: Owner[]; dead: number } {
	const alive: Owner[] = [];
	let dead = 0;
	for (const file of list(dir).filter((name) => LOCK.test(name) && name !== mine)) {
		const owner = readOwner(join(dir, file));
		// Whether a process of another machine lives cannot be seen from here: believe it.
		if (owner && (owner.host !== hostname() || isAlive(owner))) alive.push(owner);
		else if (owner && mine !== undefined) {
			rmSync(join(dir, file), { force: true });
			dead++;
		}
	}
	return { alive, dead };
}

function list(dir: string): string[] {
	try {
		return readdirSync(dir);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw cannotKeep(dir, 'the state of the run', error);
	}
}

function readOwner(path: string): Owner | undefined {
	try {
		return ownerSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // let go meanwhile
		throw new SteeringError('ERR_BAD_FILE', `${path} is not the lock of a run`, {
			hint: 'remove it if no runner is at work',
			cause,
		});
	}
}

function lockedBy(owner: Owner, dir: string): SteeringError {
	const here = owner.host === hostname();
	const where = here ? '' : ` on ${owner.host}`;
	return new SteeringError('ERR_LOCKED', `process ${owner.pid}${where} runs this already`, {
		hint: here ? 'look at it with --status' : `if that machine is down, remove its lock from ${dir}`,
	});
}
