import { formatTable, integerArgument, jsonOption, runCli, signalOf, threadsOption } from '@steering/core/cli';
import { SteeringError } from '@steering/core/errors';
import { Command, Option } from 'commander';
import { benchTable, curvesTable } from './bench-table.js';
import type { BuildCost, BuildCostOptions } from './build-cost.js';
import type { InstalledSide } from './installed-sides.js';
import type { Filling } from './shaped-gguf.js';

interface BenchOptions {
	rounds: number;
	threads?: number;
	jobs?: string[];
	model?: string;
	with?: InstalledSide[];
	json?: boolean;
	pictures?: string;
}

interface BuildOptions extends Omit<BuildCostOptions, 'filling' | 'signal'> {
	weights: Filling;
	json?: boolean;
}

const program = new Command('bench').description(
	'Compares with what a researcher would use instead, side by side on this machine.',
);
const onNote = (note: string) => console.error(note);

const speed = comparison('speed', { isDefault: true, hasThreads: true, sides: ['python', 'llama.cpp', 'genai'] })
	.description('steering, capturing and starting beside Python, llama.cpp, onnxruntime-genai and transformers.js')
	.option('--jobs <names...>', 'steer steer-mults stream-1 stream-20 all-layers ... (default: all whose side is there)')
	.option('--model <model>', 'a folder in the layout of onnxruntime-genai (default: SmolLM2)');
speed.action(async (options: BenchOptions, command: Command) => {
	await install(options, command);
	const { benchSpeed } = await import('./speed/bench-speed.js');
	const { rounds, jobs, model, threads } = options;
	const { rows, skipped } = await benchSpeed({ rounds, jobs, model, threads, signal: signalOf(command), onNote });
	if (options.pictures) {
		const { drawRatios } = await import('./pictures/ratio-picture.js');
		for (const path of await drawRatios(rows, options.pictures)) onNote(path);
	}
	console.log(options.json ? JSON.stringify({ rows, skipped }) : benchTable(rows));
	for (const { job, reason } of skipped) onNote(`skipped: ${job}: ${reason}`);
	// What was asked for by name is missing; what was measured is not lost.
	if (jobs && skipped.length > 0) process.exitCode = 1;
});

const curves = comparison('curves', { hasThreads: true, sides: [] })
	.description('tokens a second over batch, prompt, layers steered, rank and width; what the machine can do at most')
	.option('--jobs <names...>', 'batch prompt layers rank width (default: all)')
	.option('--model <model>', 'for all but width (default: SmolLM2)');
curves.action(async (options: BenchOptions, command: Command) => {
	const { benchCurves } = await import('./curves/bench-curves.js');
	const { rounds, jobs, model, threads } = options;
	const result = await benchCurves({ rounds, jobs, model, threads, signal: signalOf(command), onNote });
	if (options.pictures) {
		const { drawCurves } = await import('./pictures/curve-picture.js');
		for (const path of await drawCurves(result, options.pictures)) onNote(path);
	}
	console.log(options.json ? JSON.stringify(result) : curvesTable(result));
});

const erasure = comparison('erasure', { sides: ['python'] })
	.description('every way of erasing: fits and scrubbing beside Python, steered decoding beside the plain model')
	.option(
		'--jobs <names...>',
		'leace quad quadlda scrub scrub-growth steer-vector steer-leace ... (default: all, half an hour)',
	)
	.option('--model <model>', 'for scrubbing and decoding (default: SmolLM2)');
erasure.action(async (options: BenchOptions, command: Command) => {
	await install(options, command);
	const { benchErasure } = await import('./erasure.js');
	const { rounds, jobs, model } = options;
	const rows = await benchErasure({ rounds, jobs, model, signal: signalOf(command), onNote });
	console.log(options.json ? JSON.stringify({ rows }) : benchTable(rows));
});

interface ComparisonInput {
	isDefault?: boolean;
	/** Whether it takes --threads and draws pictures. */
	hasThreads?: boolean;
	/** That can be installed for it. */
	sides: InstalledSide[];
}

/** What all comparisons take. */
function comparison(name: string, { isDefault = false, hasThreads = false, sides }: ComparisonInput) {
	const rounds = new Option('--rounds <number>', 'interleaved rounds').default(3);
	const command = program
		.command(name, { isDefault })
		.addOption(rounds.argParser(integerArgument('--rounds', { min: 1 })));
	if (sides.length > 0) {
		const option = new Option('--with <sides>', `install other sides first, with commas between: ${sides.join(',')}`);
		command.addOption(option.argParser((text) => sidesOf(text, sides)));
	}
	if (hasThreads) threadsOption(command).option('--pictures <folder>', 'draw the result there, light and dark');
	return jsonOption(command);
}

function sidesOf(text: string, sides: readonly InstalledSide[]): InstalledSide[] {
	return text.split(',').map((name) => {
		const side = sides.find((each) => each === name);
		if (side) return side;
		throw new SteeringError('ERR_USAGE', `--with ${name}: no such side`, { hint: `there are ${sides.join(', ')}` });
	});
}

async function install(options: BenchOptions, command: Command): Promise<void> {
	if (!options.with) return;
	const { installSide } = await import('./installed-sides.js');
	for (const side of options.with) await installSide(side, onNote, signalOf(command));
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
