import { existsSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { describePlan, planLines } from './describe-plan.js';
import { eventLine, summaryLines } from './event-lines.js';
import { findSlots } from './find-gpus.js';
import type { Run } from './job.js';
import { LiveView } from './live-view.js';
import { loadRun } from './load-run.js';
import { toMermaid } from './mermaid.js';
import type { RunEvent } from './run-event.js';
import { runGraph } from './run-graph.js';
import { runStatus, statusLines } from './run-status.js';
import { refuseSlurmFlags, type SlurmFlags, slurmCommandLine } from './slurm/slurm-command.js';
import { withSlurm } from './slurm/slurm-status.js';
import { toSvg } from './svg.js';

export interface CliOptions extends SlurmFlags {
	engine: 'local' | 'slurm';
	dryRun?: boolean;
	status?: boolean;
	only?: string[];
	from?: string;
	graph?: string;
	grace: number;
	json?: boolean;
}

/** The command behind the flags: results on stdout, narration on stderr. */
export async function runCommand(
	file: string,
	gpus: string | undefined,
	options: CliOptions,
	signal: AbortSignal,
): Promise<void> {
	const modes = [
		options.dryRun && '--dry-run',
		options.status && '--status',
		options.graph && '--graph',
		options.cancel && '--cancel',
		options.detach && '--detach',
	].filter(Boolean);
	if (modes.length > 1)
		throw new SteeringError('ERR_USAGE', `${modes.join(' and ')} do not go together`, { hint: 'give one' });
	refuseIdle(gpus, options);
	if (options.engine === 'local') refuseSlurmFlags(options, '--engine local');
	else if (gpus !== undefined)
		throw new SteeringError('ERR_USAGE', `GPUS ${gpus} does not go with --engine slurm`, {
			hint: "a job's `gpus` becomes --gres=gpu:N, and Slurm finds them",
		});
	if (options.status) refuseSlurmFlags(options, '--status');
	if (options.graph !== undefined) refuseSlurmFlags(options, '--graph');
	const root = rootAbove(process.cwd());
	const run = await loadRun(file);
	if (options.status) {
		const { status, note } = await withSlurm(runStatus(run, root), run, root);
		if (note !== undefined) process.stderr.write(`${note}\n`);
		return print(options.json ? [JSON.stringify(status)] : statusLines(status));
	}
	if (options.graph !== undefined) return writeGraph(run, root, options.graph);
	const selection = { ...(options.only && { only: options.only }), ...(options.from && { from: options.from }) };
	if (options.engine === 'slurm') {
		// Lines, no live view: what is with Slurm may wait for hours, and has no slots to show.
		const show = reporter(options.json ?? false, false);
		return slurmCommandLine(run, root, options, selection, show, signal);
	}
	const { slots, note } = await findSlots(gpus, process.env);
	const show = reporter(options.json ?? false, process.stderr.isTTY);
	if (note !== undefined) show({ event: 'note', text: note });
	if (options.dryRun) {
		const plan = await describePlan(run, slots, root, selection);
		return print(options.json ? [JSON.stringify(plan)] : planLines(plan));
	}
	const graceMs = options.grace * 1000;
	const summary = await runGraph({ run, slots, root, signal, graceMs, onEvent: show, ...selection });
	if (!options.json) print(summaryLines(summary));
	if (signal.aborted) throw new SteeringError('ERR_ABORTED', 'stopped', { hint: 'the same command goes on from here' });
	if (summary.failed.length > 0)
		throw new SteeringError('ERR_FAILED', `${summary.failed.length} of ${run.jobs.length} jobs failed`, {
			hint: 'the same command runs them again, and what was skipped for them',
		});
}

/** @throws {SteeringError} ERR_USAGE for what would do nothing: --status and --graph are about the whole run, on any slots. */
function refuseIdle(gpus: string | undefined, options: CliOptions): void {
	const mode = options.status ? '--status' : options.graph === undefined ? undefined : '--graph';
	const idle = [
		gpus !== undefined && `GPUS ${gpus}`,
		options.only && '--only',
		options.from !== undefined && '--from',
		options.graph !== undefined && options.json && '--json',
	].find(Boolean);
	if (mode && idle) throw new SteeringError('ERR_USAGE', `${idle} does nothing with ${mode}`, { hint: 'leave it out' });
}

/** Where commands run: the workspace around the working directory, as pnpm sees it. */
function rootAbove(folder: string): string {
	for (let at = folder; ; at = dirname(at)) {
		if (existsSync(join(at, 'pnpm-workspace.yaml'))) return at;
		if (dirname(at) === at) return folder;
	}
}

function reporter(json: boolean, live: boolean): (event: RunEvent) => void {
	if (json) return (event) => print([JSON.stringify(event)]);
	if (live) {
		const view = new LiveView(process.stderr);
		return (event) => view.show(event);
	}
	return (event) => {
		const line = eventLine(event);
		if (line !== undefined) process.stderr.write(`${line}\n`);
	};
}

async function writeGraph(run: Run, root: string, file: string): Promise<void> {
	const states = new Map(runStatus(run, root).jobs.map(({ name, state }) => [name, state]));
	const draw = { '.mermaid': toMermaid, '.mmd': toMermaid, '.svg': toSvg }[extname(file)];
	if (!draw)
		throw new SteeringError('ERR_USAGE', `--graph ${file}: it is no picture that can be drawn`, {
			hint: 'end its name in .mermaid, .mmd or .svg',
		});
	const { writeFileAtomic } = await import('@steering/core/artifacts');
	await writeFileAtomic(resolve(file), draw(run, states));
	print([file]);
}

function print(lines: readonly string[]): void {
	process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
