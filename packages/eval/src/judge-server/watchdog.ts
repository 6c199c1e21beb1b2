import { spawn } from 'node:child_process';

/**
 * Stops a process group when the pipe to it closes: it outlives this process however that ends, `kill -9` included. It
 * reads the group's id, then waits for a second line, which says that there is nothing left to stop.
 */
const SCRIPT = `
read -r group || exit 0
read -r stopped && exit 0
kill -s TERM -- "-$group" 2>/dev/null || exit 0
n=0
while [ "$n" -lt "$1" ] && kill -s 0 -- "-$group" 2>/dev/null; do sleep 1; n=$((n + 1)); done
kill -s KILL -- "-$group" 2>/dev/null
`;

/** A process that has to end when this one does. */
export interface Watchdog {
	/** To be called at once after the group is there. */
	watch(pgid: number): void;
	/** The group is gone: nothing is to be stopped any more. */
	dismiss(): void;
}

/** In a session of its own, so that Ctrl-C and a closed terminal, which end us, do not end it. */
export function startWatchdog(graceMs: number): Watchdog {
	const args = ['-c', SCRIPT, 'judge-watchdog', String(Math.ceil(graceMs / 1000))];
	const child = spawn('sh', args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
	child.unref();
	// It may have ended before what is written arrives.
	child.stdin.on('error', () => {});
	(child.stdin as typeof child.stdin & { unref(): void }).unref();
	return {
		watch: (pgid) => void child.stdin.write(`${pgid}\n`),
		dismiss: () => void child.stdin.end('stopped\n'),
	};
}
