import type { SlurmSettings } from './slurm/slurm-settings.js';

/** A shell command line (`sh -c`, so `$(seq ...)` and redirections work), or a program and its arguments, run without a shell. */
export type Command = string | readonly string[];

/** A job as a run file writes it; everything but `name` and `command` may be left out. */
export interface JobInput {
	/** Unique in its run. Any printable text: the log files get a file-safe form of it. */
	readonly name: string;
	readonly command: Command;
	/** Names of the jobs that must be done before this one starts. */
	readonly needs?: readonly string[];
	/** GPUs it occupies (default 1). 0: none; it takes a `cpu` slot where the pool has both kinds, one slot otherwise. */
	readonly gpus?: number;
	/** Added to the runner's environment. `CUDA_VISIBLE_DEVICES` comes from the slot and may not be given. */
	readonly env?: Readonly<Record<string, string>>;
	/** How often a failed attempt is tried again (default 0). */
	readonly retries?: number;
	/** Seconds an attempt may take; then its process group is stopped and the attempt has failed. Default: no limit. */
	readonly timeout?: number;
	/** Files or folders it reads, relative to the root. A changed one makes a finished job run again. */
	readonly inputs?: readonly string[];
	/** Files or folders it writes. One missing after exit code 0 is a failure; one missing later makes the job run again. */
	readonly outputs?: readonly string[];
}

/** A job with its defaults filled in. */
export interface Job extends Required<Omit<JobInput, 'timeout'>> {
	/** Seconds; `null`: no limit. */
	readonly timeout: number | null;
}

/** What a run file exports: jobs, in lists as deep as the helpers return them. */
export interface RunInput {
	/** Names the state and the logs (default: the run file's name). */
	readonly name?: string;
	readonly jobs: readonly (JobInput | readonly JobInput[])[];
	/** How `--engine slurm` submits; flags go before it, `steering.slurm.json` behind. */
	readonly slurm?: SlurmSettings;
}

/** The shape of the Python tool's run files: command lines by job name, and the names each waits for. */
export interface CommandsInput {
	readonly name?: string;
	readonly commands: Readonly<Record<string, Command>>;
	readonly dependencies?: Readonly<Record<string, readonly string[]>>;
}

/** A checked run: names are unique, dependencies known and without a cycle. Jobs in the order of the file. */
export interface Run {
	readonly name: string;
	readonly jobs: readonly Job[];
	readonly slurm?: SlurmSettings;
}

/** Types a run file's export; all checks happen when it is loaded, so that plain objects get them too. */
export function defineRun<T extends RunInput | CommandsInput>(run: T): T {
	return run;
}
