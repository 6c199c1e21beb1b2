import {
	addSettingsOptions,
	chosenDevice,
	dataOption,
	deviceOption,
	integerArgument,
	jsonOption,
	modelPreparation,
	multsOption,
	overwriteOption,
	parseNumber,
	precisionOption,
	progress,
	runCli,
	type SharedOptions,
	seedOption,
	settingsFromOptions,
	signalOf,
	threadsOption,
	withOptions,
} from '@steering/core/cli';
import { SteeringError } from '@steering/core/errors';
import { DEFAULT_BATCH, defaultLayer, defaultModel } from '@steering/core/model-defaults';
import { Command, Option } from 'commander';
import { DEFAULT_MAX_NEW_TOKENS, DEFAULT_MULTS, DEFAULT_PROMPTS, DEFAULT_REPEATS } from './defaults.js';

interface SteerCliOptions extends SharedOptions {
	mults: number[];
	repeats: number;
	prompts: number;
	maxNewTokens: number;
	batch?: number;
	topK?: number;
	topP?: number;
	trivial?: boolean;
	bias?: boolean;
	force?: boolean;
}

const program = new Command('steer').description(
	'Sample replies while a vector is added to the activations, at each multiplier.',
);
addSettingsOptions(program);
multsOption(program, { defaults: DEFAULT_MULTS });
const count = (flag: string, help: string, initial: number) =>
	program.addOption(new Option(`${flag} <number>`, help).argParser(integerArgument(flag, { min: 1 })).default(initial));
count('--repeats', 'replies to each prompt', DEFAULT_REPEATS);
count('--prompts', 'prompts of the behavior; without one, harmful and harmless prompts each', DEFAULT_PROMPTS);
count('--max-new-tokens', 'tokens of a reply at most', DEFAULT_MAX_NEW_TOKENS);
program.addOption(
	new Option(
		'--batch <number>',
		`replies written at the same time (default: ${DEFAULT_BATCH}, fewer where memory is short)`,
	).argParser(integerArgument('--batch', { min: 1 })),
);
program.addOption(
	new Option('--top-k <number>', "keep the k likeliest tokens, 0 for all (default: the model's)").argParser(
		integerArgument('--top-k', { min: 0 }),
	),
);
program.addOption(
	new Option('--top-p <number>', "of those the likeliest up to p (default: the model's)").argParser((text) =>
		probability('--top-p', text),
	),
);
program.option('--trivial', 'instrument the graph and change nothing: a baseline');
program.option('--bias', "act where the MLP's bias would (no --residual, no --toks)");
program.option('--force', 'take vectors that another model of the same width made');
withOptions(program, dataOption, overwriteOption, seedOption, precisionOption, threadsOption, deviceOption, jsonOption);

program.action(async (options: SteerCliOptions, command: Command) => {
	const settings = settingsFromOptions(command.opts(), { defaultModel: defaultModel(), defaultLayer });
	const { steer } = await import('./steer.js');
	let shown = progress(0, '');
	const files = await steer({
		settings,
		mults: options.mults,
		root: process.cwd(),
		data: options.data,
		repeats: options.repeats,
		prompts: options.prompts,
		maxNewTokens: options.maxNewTokens,
		batch: options.batch,
		topK: options.topK,
		topP: options.topP,
		seed: options.seed,
		trivial: options.trivial,
		bias: options.bias,
		force: options.force,
		overwrite: options.overwrite,
		precision: options.precision,
		threads: options.threads,
		device: await chosenDevice(options),
		signal: signalOf(command),
		preparation: modelPreparation(),
		onNote: (note) => console.error(`note: ${note}`),
		onFit: (done, total) => {
			if (done === 0) shown = progress(total, 'sub-layers fitted');
			else shown.tick();
		},
		onStart: (replies) => {
			shown.done();
			shown = progress(replies, 'replies');
		},
		onProgress: (replies) => shown.tick(replies),
	}).finally(() => shown.done());
	if (options.json) console.log(JSON.stringify(files));
	else for (const { path, skipped } of files) console.log(skipped ? `${path} (already there)` : path);
});

function probability(flag: string, text: string): number {
	const value = parseNumber(flag, text);
	if (value > 0 && value <= 1) return value;
	throw new SteeringError('ERR_USAGE', `${flag} ${text} is not above 0 and at most 1`);
}

await runCli(program);
