import { formatTable, integerArgument, jsonOption, runCli, signalOf } from '@steering/core/cli';
import { Command, Option } from 'commander';
import type { BuildCost, BuildCostOptions } from './build-cost.js';
import type { BenchRow } from './ratios.js';
import type { Filling } from './shaped-gguf.js';

interface BenchOptions {
	rounds: number;
	jobs?: string[];
	model?: string;
	with?: string;
	json?: boolean;
}

interface BuildOptions extends Omit<BuildCostOptions, 'filling' | 'signal'> {
	weights: Filling;
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

const build = program
	.command('build')
	.description('time, memory and size of building a model of some shape, from a file made for it')
	.addOption(new Option('--shape <shape>', 'of SmolLM2, or of Llama 3').choices(['135m', '1b', '8b']).default('1b'))
	.addOption(
		new Option('--weights <filling>', 'zero needs no disk for the source, but has nothing to search')
			.choices(['random', 'zero'])
			.default('random'),
	)
	.addOption(new Option('--quant <quant>').choices(['auto', 'none', 'f16', 'q8', 'q4']).default('q4'))
	.addOption(new Option('--scheme <scheme>').choices(['asymmetric', 'symmetric']))
	.addOption(new Option('--rounding <rounding>').choices(['search', 'nearest']));
jsonOption(build);

build.action(async (options: BuildOptions, command: Command) => {
	const { buildCost } = await import('./build-cost.js');
	const { shape, weights: filling, quant, scheme, rounding } = options;
	const cost = await buildCost({ shape, filling, quant, scheme, rounding, signal: signalOf(command) });
	console.log(options.json ? JSON.stringify(cost) : costTable(cost));
});

function costTable({ shape, quant, weights, seconds, cpuSeconds, peakMegabytes, dataFiles }: BuildCost): string {
	return formatTable([
		{
			...{ shape, quant, weights: `${(weights / 1e9).toFixed(2)}e9` },
			...{ seconds: seconds.toFixed(1), cpu: cpuSeconds.toFixed(1), 'peak MB': peakMegabytes.toFixed(0) },
			...{ 'data files': String(dataFiles.files), MB: dataFiles.megabytes.toFixed(0) },
		},
	]);
}

await runCli(program);
