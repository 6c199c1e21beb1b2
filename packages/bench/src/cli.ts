import { formatTable, integerArgument, jsonOption, runCli, signalOf } from '@steering/core/cli';
import { Command, Option } from 'commander';
import type { BenchRow } from './ratios.js';

interface BenchOptions {
	rounds: number;
	jobs?: string[];
	model?: string;
	with?: string;
	json?: boolean;
}

const program = new Command('bench').description(
	'Compares with what a researcher would use instead, side by side on this machine.',
);
const erasure = program
	.command('erasure')
	.description('every way of erasing: fits and scrubbing beside Python, steered decoding beside the plain model')
	.addOption(
		new Option('--rounds <number>', 'interleaved rounds').argParser(integerArgument('--rounds', { min: 1 })).default(3),
	)
	.option(
		'--jobs <names...>',
		'leace quad quadlda scrub scrub-growth steer-vector steer-leace ... (default: all, half an hour)',
	)
	.option('--model <model>', 'for scrubbing and decoding (default: SmolLM2)')
	.addOption(new Option('--with <sides>', 'install the other side first').choices(['python']));
jsonOption(erasure);

erasure.action(async (options: BenchOptions, command: Command) => {
	const onNote = (note: string) => console.error(note);
	const { installPython } = await import('./python-side.js');
	const { benchErasure } = await import('./erasure.js');
	if (options.with) await installPython(onNote);
	const { rounds, jobs, model } = options;
	const rows = await benchErasure({ rounds, jobs, model, signal: signalOf(command), onNote });
	console.log(options.json ? JSON.stringify({ rows }) : table(rows));
});

function table(rows: readonly BenchRow[]): string {
	const times = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)}x`;
	return formatTable(
		rows.map(({ job, against, ratio, target }) => ({
			job,
			against,
			median: times(ratio.median),
			min: times(ratio.min),
			max: times(ratio.max),
			target: times(target),
		})),
	);
}

await runCli(program);
