import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, isGroupAlive, type ProcessId } from './process-table.js';

/** How often we look whether they are gone. */
const POLL_MS = 20;
/** After KILL only the kernel can be slow (a process in uninterruptible sleep): not worth waiting for ever. */
const KILL_WAIT_MS = 2_000;

/** TERM to the whole process group, KILL to what is left of it after the grace period. Returns when all are gone. */
export async function stopGroup(pgid: number, graceMs: number): Promise<void> {
	await stop(
		() => isGroupAlive(pgid),
		(name) => sendSignal(-pgid, name),
		graceMs,
	);
}

/** The same for single processes. */
export async function stopProcesses(processes: readonly ProcessId[], graceMs: number): Promise<void> {
	await stop(
		() => processes.some(isAlive),
		(name) => {
			for (const process of processes) if (isAlive(process)) sendSignal(process.pid, name);
		},
		graceMs,
	);
}

async function stop(
	isRunning: () => boolean,
	send: (name: 'SIGTERM' | 'SIGKILL') => void,
	graceMs: number,
): Promise<void> {
	if (!isRunning()) return;
	send('SIGTERM');
	const deadline = Date.now() + graceMs;
	while (isRunning() && Date.now() < deadline) await sleep(POLL_MS);
	if (!isRunning()) return;
	send('SIGKILL');
	for (const end = Date.now() + KILL_WAIT_MS; isRunning() && Date.now() < end; ) await sleep(POLL_MS);
}

/** A negative id is a process group's. */
export function sendSignal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
	try {
		process.kill(pid, name);
	} catch {
		// It ended between the look and the signal.
	}
}
