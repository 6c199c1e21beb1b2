import { join, relative } from 'node:path';
import { writeFileAtomic } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import { withDigest } from '../log-files.js';
import { batchScript, type ScriptTask } from './batch-script.js';
import type { JobGroup } from './job-groups.js';
import { findByName } from './queue.js';
import { type Patience, SlurmCommandError, slurmCommand, whenReachable } from './slurm-commands.js';
import type { SlurmSettings } from './slurm-settings.js';

export interface SubmitPlace {
	readonly run: string;
	readonly root: string;
	/** Folder of scripts and exit records. */
	readonly dir: string;
	readonly grace: number;
	/** Seconds before the time limit at which a job is told to stop. */
	readonly signalBefore: number;
	readonly settings: SlurmSettings;
}

/** The name by which a submission is found again when its answer was lost: unmistakable, and free of commas. */
export function slurmName(run: string, job: string, token: string): string {
	return `steering:${withDigest(run).slice(0, 40)}:${withDigest(job).slice(0, 60)}:${token}`;
}

/**
 * Hands a group to `sbatch`.
 * @param dependencies e.g. `afterok:12:13_4`; none: undefined
 * @returns the job id
 * @throws {SteeringError} ERR_FAILED with Slurm's own words when it refuses
 */
export async function submit(
	group: JobGroup,
	tasks: readonly ScriptTask[],
	token: string,
	dependency: string | undefined,
	place: SubmitPlace,
	patience: Patience,
): Promise<string> {
	const script = join(place.dir, `${token}.sh`);
	await writeFileAtomic(script, batchScript(tasks, { ...place, token }));
	const args = [...sbatchOptions(group, token, dependency, place), script];
	const name = slurmName(place.run, group.jobs[0]!.name, token);
	let isFirst = true;
	return whenReachable(async () => {
		// A submission that timed out may have arrived all the same.
		const arrived = isFirst ? undefined : await findByName(name);
		isFirst = false;
		if (arrived !== undefined) return arrived;
		try {
			return (await slurmCommand('sbatch', args)).trim().split(';', 1)[0]!;
		} catch (error) {
			if (!(error instanceof SlurmCommandError) || error.isUnreachable) throw error;
			throw new SteeringError('ERR_FAILED', `Slurm refuses ${group.jobs[0]!.name}: ${error.message}`, { cause: error });
		}
	}, patience);
}

/** Options of `sbatch`, each one argument. */
export function sbatchOptions(
	group: JobGroup,
	token: string,
	dependency: string | undefined,
	{ run, root, dir, grace, signalBefore, settings }: SubmitPlace,
): string[] {
	const [job] = group.jobs;
	const time = timeLimit(job!, grace, signalBefore) ?? settings.time;
	const options: Record<string, string | number | undefined> = {
		'job-name': slurmName(run, job!.name, token),
		comment: `steering ${token}`,
		chdir: root,
		// What Slurm itself says of the job; relative, because `%` in a path would be a pattern.
		output: relative(root, join(dir, group.tasks ? `${token}-%a.slurm` : `${token}-0.slurm`)),
		'open-mode': 'append',
		signal: `B:USR1@${signalBefore}`,
		dependency,
		array: group.tasks ? ranges(group.tasks) : undefined,
		gres: job!.gpus > 0 ? `gpu:${job!.gpus}` : undefined,
		time,
		mem: settings.memory,
		'cpus-per-task': settings.cpus,
		partition: settings.partition,
		account: settings.account,
		qos: settings.qos,
	};
	const given = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
	return ['--parsable', '--requeue', '--kill-on-invalid-dep=yes', ...given, ...(settings.sbatch ?? [])];
}

/** `0-3,7`: a thousand numbers one by one would be a long command line. */
export function ranges(numbers: readonly number[]): string {
	const parts: [number, number][] = [];
	for (const number of numbers.toSorted((a, b) => a - b)) {
		const last = parts.at(-1);
		if (last && last[1] === number - 1) last[1] = number;
		else parts.push([number, number]);
	}
	return parts.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** Minutes for all attempts of a job with a timeout: the batch script keeps to the seconds, Slurm only catches what it loses. */
function timeLimit(job: JobGroup['jobs'][number], grace: number, signalBefore: number): number | undefined {
	if (job.timeout === null) return undefined;
	return Math.ceil(((job.timeout + grace + 1) * (job.retries + 1) + signalBefore + 60) / 60);
}
