import { processesWithEnv, processId, sendSignal, stopProcesses } from '@steering/core/processes';

/** Set in every job to its run's state folder, so that what a killed runner left behind can be found. */
export const RUN_TAG = 'STEERING_RUN_STATE';

const leaders = new Set<number>();

/**
 * Kills the group at once if this process exits before the returned function is called: at a second Ctrl-C, or on an
 * error of our own, nobody would be left to stop it.
 */
export function killAtExit(pgid: number): () => void {
	if (leaders.size === 0) process.on('exit', killAll);
	leaders.add(pgid);
	return () => {
		leaders.delete(pgid);
		if (leaders.size === 0) process.off('exit', killAll);
	};
}

function killAll(): void {
	for (const pgid of leaders) sendSignal(-pgid, 'SIGKILL');
}

/** Stops what jobs of this run still do although no runner waits for them. @returns how many processes there were */
export async function stopLeftovers(stateDir: string, graceMs: number): Promise<number> {
	const found = processesWithEnv(RUN_TAG, stateDir).map(processId);
	await stopProcesses(found, graceMs);
	return found.length;
}
