import { formatTable } from '@steering/core/cli';
import { SteeringError } from '@steering/core/errors';
import { summaryLines } from '../event-lines.js';
import type { Run } from '../job.js';
import type { Selection } from '../plan-run.js';
import type { RunEvent } from '../run-event.js';
import { describeSlurmPlan } from './describe-slurm-plan.js';
import { cancelOnSlurm, runOnSlurm } from './slurm-run.js';
import { type SlurmSettings, slurmSettings } from './slurm-settings.js';

/** Flags that mean something to `--engine slurm` alone. */
export interface SlurmFlags extends SlurmSettings {
	detach?: boolean;
	cancel?: boolean;
	cancelOnInterrupt?: boolean;
	signalBefore?: number;
	poll?: number;
}

const FLAGS = [
	...(['partition', 'account', 'qos', 'time', 'memory', 'cpus', 'sbatch'] as const),
	...(['detach', 'cancel', 'cancelOnInterrupt', 'signalBefore', 'poll'] as const),
] satisfies (keyof SlurmFlags)[];

interface SlurmCommandOptions extends SlurmFlags {
	dryRun?: boolean;
	only?: string[];
	from?: string;
	json?: boolean;
	grace: number;
}

/** @throws {SteeringError} ERR_USAGE for a flag of Slurm where jobs are not submitted to it */
export function refuseSlurmFlags(flags: SlurmFlags, where: string): void {
	const given = FLAGS.find((name) => flags[name] !== undefined);
	if (given)
		throw new SteeringError('ERR_USAGE', `${flag(given)} does not go with ${where}`, {
			hint: 'it says how --engine slurm runs jobs',
		});
}

/** `gpu-graph FILE --engine slurm` behind its flags. */
export async function slurmCommandLine(
	run: Run,
	root: string,
	options: SlurmCommandOptions,
	selection: Selection,
	show: (event: RunEvent) => void,
	signal: AbortSignal,
): Promise<void> {
	const settings = slurmSettings(root, run.slurm, settingsOf(options));
	if (options.cancel) {
		refuseTogether('cancel', options, ['cancelOnInterrupt', 'only', 'from', 'poll', 'signalBefore']);
		const cancelled = await cancelOnSlurm({ run, root, onEvent: show });
		const lines = [`${run.name}: ${cancelled.length} jobs cancelled`];
		return print(options.json ? [JSON.stringify({ run: run.name, cancelled })] : lines);
	}
	if (options.detach) refuseTogether('detach', options, ['cancelOnInterrupt', 'poll']);
	if (options.dryRun) refuseTogether('dryRun', options, ['cancelOnInterrupt', 'poll', 'signalBefore']);
	if (options.dryRun) {
		const plan = await describeSlurmPlan(run, root, selection);
		if (options.json) return print([JSON.stringify(plan)]);
		const head = `${run.name}: ${plan.jobs.length} jobs to run in ${plan.submissions} Slurm jobs, ${plan.finished} done before`;
		return print([head, ...(plan.jobs.length > 0 ? [formatTable(plan.jobs)] : [])]);
	}
	const { grace, detach, cancelOnInterrupt, signalBefore, poll } = options;
	const summary = await runOnSlurm({
		...{ run, root, settings, signal, onEvent: show, grace, ...selection },
		...(detach && { detach }),
		...(cancelOnInterrupt && { cancelOnInterrupt }),
		...(signalBefore !== undefined && { signalBefore }),
		...(poll !== undefined && { poll }),
	});
	if (!options.json) print(summaryLines(summary));
	if (signal.aborted)
		throw new SteeringError(
			'ERR_ABORTED',
			cancelOnInterrupt ? 'stopped, its jobs cancelled' : 'stopped, its jobs go on',
			{
				hint: cancelOnInterrupt
					? 'the same command goes on from here'
					: 'the same command follows them, --cancel ends them',
			},
		);
	if (summary.failed.length > 0)
		throw new SteeringError('ERR_FAILED', `${summary.failed.length} of ${run.jobs.length} jobs failed`, {
			hint: 'the same command runs them again, and what was skipped for them',
		});
}

function settingsOf({ partition, account, qos, time, memory, cpus, sbatch }: SlurmFlags): SlurmSettings {
	const given = Object.entries({ partition, account, qos, time, memory, cpus, sbatch });
	return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function refuseTogether(
	mode: keyof SlurmCommandOptions,
	options: SlurmCommandOptions,
	others: readonly (keyof SlurmCommandOptions)[],
): void {
	const other = others.find((name) => options[name] !== undefined);
	if (other !== undefined)
		throw new SteeringError('ERR_USAGE', `${flag(mode)} and ${flag(other)} do not go together`, { hint: 'give one' });
}

function flag(option: string): string {
	return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function print(lines: readonly string[]): void {
	process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
