import { setTimeout as sleep } from 'node:timers/promises';
import { SteeringError } from '@steering/core/errors';

/** Slurm's clients wait for their daemon; one that hangs beyond that must not hang the run. */
const COMMAND_TIMEOUT_MS = 120_000;
/** A controller that is down is asked again after 1, 2, 4, ... seconds, at most this. */
const MAX_BACKOFF_MS = 30_000;
/**
 * What the clients say when nobody answered, in contrast to what Slurm refuses. A controller that dies while a request
 * is under way shows in many ways, and whatever is taken for a refusal would end the run.
 */
const UNREACHABLE = new RegExp(
	[
		// Slurm's own communication errors (slurm_errno.c).
		'unable to contact slurm controller|communication (connection|shutdown) failure|message (send|receive) failure',
		'socket timed out|zero bytes were transmitted|unexpected (message received|missing socket error)',
		'header lengths are longer|insane message length|protocol authentication error|munge',
		'slurm backup controller|controller is in standby|temporarily unable|try again later',
		// Those of the socket (errno).
		'connect failure|connection (refused|reset|timed out|aborted)|software caused connection abort|broken pipe',
		'transport endpoint is not connected|network (is|dropped)|no route to host|host is down',
		'resource temporarily unavailable|temporary failure in name resolution',
	].join('|'),
	'i',
);

/** A Slurm command that failed: `stderr` is its own words. */
export class SlurmCommandError extends Error {
	readonly isUnreachable: boolean;

	constructor(message: string) {
		super(message);
		this.isUnreachable = UNREACHABLE.test(message);
	}
}

/**
 * Runs `squeue` and the like to its end. Arguments are handed over as they are, never through a shell.
 * @returns its stdout
 * @throws {SlurmCommandError} for an exit code other than 0; {SteeringError} ERR_MISSING_INPUT where there is no Slurm
 */
export async function slurmCommand(program: string, args: readonly string[]): Promise<string> {
	const { execa } = await import('execa');
	const result = await execa(program, args, {
		env: ownEnvironment(),
		extendEnv: false,
		reject: false,
		stdin: 'ignore',
		timeout: COMMAND_TIMEOUT_MS,
		// In a process group of its own: Ctrl-C in the terminal must not cut off a submission.
		detached: true,
		cleanup: false,
	});
	if (!result.failed) return result.stdout;
	if (result.code === 'ENOENT')
		throw new SteeringError('ERR_MISSING_INPUT', `there is no ${program} on the PATH`, {
			hint: "--engine slurm runs where Slurm's commands are",
		});
	const words = result.timedOut ? 'socket timed out' : result.stderr.trim().replaceAll(/\s*\n\s*/g, '; ');
	throw new SlurmCommandError(`${program}: ${words || result.shortMessage}`);
}

/** Without the caller's filters: a job that they hide would look lost, and be submitted a second time. */
function ownEnvironment(): NodeJS.ProcessEnv {
	const isFilter = (name: string) => /^(SQUEUE|SACCT|SCANCEL)_|^SBATCH_(WAIT|ARRAY_INX)$/.test(name);
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isFilter(name)));
}

/** How a wait for the controller is told and ended. */
export interface Patience {
	readonly note: (text: string) => void;
	readonly signal: AbortSignal;
}

/**
 * Calls `ask` until the controller answers; says so once when it does not and once when it does again.
 * @throws what `ask` throws for anything but an unreachable controller; {SteeringError} ERR_ABORTED
 */
export async function whenReachable<T>(ask: () => Promise<T>, { note, signal }: Patience): Promise<T> {
	for (let tries = 0; ; tries++) {
		try {
			const answer = await ask();
			if (tries > 0) note('Slurm answers again');
			return answer;
		} catch (error) {
			if (!(error instanceof SlurmCommandError) || !error.isUnreachable) throw error;
			if (tries === 0) note(`Slurm does not answer, waiting for it (${error.message})`);
			await pause(Math.min(MAX_BACKOFF_MS, 1000 * 2 ** tries), signal);
			if (signal.aborted)
				throw new SteeringError('ERR_ABORTED', 'stopped while Slurm does not answer', { cause: error });
		}
	}
}

/** Returns after the time or at the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
	await sleep(ms, undefined, { signal }).catch(() => undefined);
}
