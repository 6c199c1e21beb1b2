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

const FLAGS: Record<keyof SlurmFlags, string> = {
	partition: '--partition',
	account: '--account',
	qos: '--qos',
	time: '--time',
	memory: '--memory',
	cpus: '--cpus',
	sbatch: '--sbatch',
	detach: '--detach',
	cancel: '--cancel',
	cancelOnInterrupt: '--cancel-on-interrupt',
	signalBefore: '--signal-before',
	poll: '--poll',
};

interface SlurmCommandOptions extends SlurmFlags {
	dryRun?: boolean;
	json?: boolean;
	grace: number;
}

/** @throws {SteeringError} ERR_USAGE for a flag of Slurm without it */
export function refuseSlurmFlags(flags: SlurmFlags): void {
	const given = Object.entries(FLAGS).find(([key]) => flags[key as keyof SlurmFlags] !== undefined);
	if (given)
		throw new SteeringError('ERR_USAGE', `${given[1]} goes with --engine slurm only`, { hint: 'give both or neither' });
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
		refuseTogether('--cancel', options, ['detach', 'cancelOnInterrupt', 'dryRun']);
		const cancelled = await cancelOnSlurm({ run, root, onEvent: show });
		const lines = [`${run.name}: ${cancelled.length} jobs cancelled`];
		return print(options.json ? [JSON.stringify({ run: run.name, cancelled })] : lines);
	}
	if (options.detach) refuseTogether('--detach', options, ['cancelOnInterrupt', 'dryRun']);
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
	flag: string,
	options: SlurmCommandOptions,
	others: readonly (keyof SlurmCommandOptions)[],
): void {
	const other = others.find((name) => options[name]);
	if (other === undefined) return;
	const name = other === 'dryRun' ? '--dry-run' : FLAGS[other as keyof SlurmFlags];
	throw new SteeringError('ERR_USAGE', `${flag} and ${name} do not go together`, { hint: 'give one' });
}

function print(lines: readonly string[]): void {
	process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
