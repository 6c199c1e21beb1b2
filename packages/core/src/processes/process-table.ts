import { readdirSync, readFileSync } from 'node:fs';

/** A process, told apart from a later one with the same id by when it started. */
export interface ProcessId {
	readonly pid: number;
	/** Clock ticks since boot, from /proc; null where there is no /proc. */
	readonly started: string | null;
}

export function processId(pid: number): ProcessId {
	return { pid, started: stat(pid)?.started ?? null };
}

/** Whether that very process still runs. A zombie does not: it only waits for its parent to look. */
export function isAlive({ pid, started }: ProcessId): boolean {
	if (!exists(pid)) return false;
	const now = stat(pid);
	if (!now) return process.platform !== 'linux';
	return now.state !== 'Z' && (started === null || now.started === started);
}

/** Whether a process of this group still runs. */
export function isGroupAlive(pgid: number): boolean {
	if (!exists(-pgid)) return false;
	// A group of zombies nobody waits for (a container without an init) answers to its id for ever.
	if (process.platform !== 'linux') return true;
	return pids().some((pid) => {
		const found = stat(pid);
		return found?.group === pgid && found.state !== 'Z';
	});
}

/** Processes started with `NAME=value` in their environment, and everything they started; none where there is no /proc. */
export function processesWithEnv(name: string, value: string): number[] {
	const entry = `\0${name}=${value}\0`;
	return pids().filter(
		(pid) => pid !== process.pid && `\0${read(pid, 'environ')}`.includes(entry) && stat(pid)?.state !== 'Z',
	);
}

function exists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

function pids(): number[] {
	try {
		return readdirSync('/proc').map(Number).filter(Number.isInteger);
	} catch {
		return [];
	}
}

/** proc(5): the command is in parentheses and may hold anything, so fields count from the last `)`. */
function stat(pid: number): { state: string; group: number; started: string } | undefined {
	const text = read(pid, 'stat');
	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
	return text === '' ? undefined : { state: fields[0]!, group: Number(fields[2]), started: fields[19]! };
}

function read(pid: number, file: string): string {
	try {
		return readFileSync(`/proc/${pid}/${file}`, 'latin1');
	} catch {
		return ''; // it ended meanwhile, or belongs to somebody else
	}
}
