#!/usr/bin/env node
import { runCli, signalOf } from '@steering/core/cli';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { CliOptions } from './run-command.js';

// Nothing that runs jobs is imported up here: --help and usage errors answer at once.
const program = new Command('gpu-graph')
	.description('Run the jobs of a run file: each after what it needs, one at a time on each GPU.')
	.argument('<file>', 'run file, e.g. runs/demo.ts')
	.argument('[gpus]', 'GPUs: 1,2,3, or cpu:4 for slots with none (default: all that nvidia-smi finds)')
	.option('--dry-run', 'print what would run, when and why; run nothing')
	.option('--status', 'print where the run stands, also while another terminal runs it')
	.option('--only <pattern>', 'only jobs of these names (* and ? match), and what they still need; repeatable', collect)
	.option('--from <job>', 'this job and everything that depends on it, done before or not')
	.option('--graph <file>', 'write the graph with the state of each job (.mermaid, .mmd or .svg); run nothing')
	.option('--grace <seconds>', 'time between TERM and KILL for jobs that are stopped', seconds, 10)
	.addOption(new Option('--engine <name>', 'where jobs run').choices(['local', 'slurm']).default('local'))
	.option('--partition <name>', 'Slurm: partition')
	.option('--account <name>', 'Slurm: account')
	.option('--qos <name>', 'Slurm: quality of service')
	.option('--time <limit>', "Slurm: time limit, minutes or HH:MM:SS (a job's timeout goes before it)")
	.option('--memory <size>', 'Slurm: memory of each node, e.g. 32G')
	.option('--cpus <n>', 'Slurm: cores of each job', count)
	.option('--sbatch <option>', 'Slurm: one more option of sbatch, e.g. --sbatch=--constraint=a100; repeatable', collect)
	.option('--detach', 'Slurm: submit and return; the same command or --status looks after the jobs')
	.option('--cancel', 'Slurm: end every job of the run that waits or runs')
	.option('--cancel-on-interrupt', 'Slurm: Ctrl-C ends the jobs (default: they go on)')
	.option('--signal-before <seconds>', 'Slurm: tell a job to stop so long before its time limit (default: 60)', count)
	.option('--poll <seconds>', 'Slurm: time between looks at the queue (default: 5)', pollSeconds)
	.option('--json', 'events (or plan, or status) as JSON lines on stdout')
	.addHelpText('after', notes())
	.action(async (file: string, gpus: string | undefined, options: CliOptions, command: Command) => {
		const { runCommand } = await import('./run-command.js');
		await runCommand(file, gpus, options, signalOf(command));
	});

await runCli(program);
// A run file may have left a timer or a server open, which must not keep a run that is over from ending.
process.stdout.write('', () => process.stderr.write('', () => process.exit()));

function collect(value: string, before: readonly string[] = []): string[] {
	return [...before, value];
}

function seconds(value: string): number {
	const number = Number(value);
	if (value.trim() === '' || !(number >= 0 && number <= 86_400))
		throw new InvalidArgumentError('give seconds, 0 to 86400.');
	return number;
}

function count(value: string): number {
	if (!/^[1-9]\d{0,4}$/.test(value)) throw new InvalidArgumentError('give a whole number, 1 to 99999.');
	return Number(value);
}

function pollSeconds(value: string): number {
	// Faster would be a load on the controller that all users share.
	if (!(Number(value) >= 0.2)) throw new InvalidArgumentError('give seconds, 0.2 or more.');
	return seconds(value);
}

function notes(): string {
	return `
Finished jobs are not run again; what failed, was skipped or interrupted is, and what has changed since.
State: artifacts/runs/NAME. Logs: logs/NAME_JOB.log and .err. Exit code 1 when a job failed.`;
}
