import { integerArgument } from '@steering/core/cli';
import { SteeringError } from '@steering/core/errors';
import { settingsSchema } from '@steering/core/settings';
import { type Command, Option } from 'commander';
import { BASELINES, type Baseline, MEASURES, type Measure } from './names.js';

export interface MeasureCliOptions {
	measure?: Measure[];
	baseline?: Baseline;
	questions?: number;
	text?: string;
	data?: string;
	seed?: number;
	force?: boolean;
}

/** Flags that say what is measured and how; only with --measure, and which of them with which measures only. */
const OF_MEASURES: Record<string, readonly Measure[] | undefined> = {
	baseline: undefined,
	seed: undefined,
	force: undefined,
	data: ['ab', 'ppl', 'kl', 'mmlu'],
	questions: ['ab', 'mmlu'],
	text: ['ppl', 'kl'],
};
const OF_BOTH = [
	...Object.keys(settingsSchema.shape),
	'mults',
	'overwrite',
	'precision',
	'threads',
	'device',
	'verbose',
	'json',
];

export function addMeasureOptions(command: Command): Command {
	return command
		.addOption(
			new Option(
				'--measure <measures...>',
				'measure these instead of asking a judge; no replies needed but for fluency',
			).choices(MEASURES),
		)
		.addOption(
			new Option('--baseline <baseline>', 'measure random directions of the same norm, too').choices(BASELINES),
		)
		.addOption(
			new Option('--questions <number>', 'at most so many questions of ab and of mmlu (default: all)').argParser(
				integerArgument('--questions', { min: 1 }),
			),
		)
		.option('--text <file>', "neutral text of ppl and kl (default: the data sets', else the project's own)")
		.option('--data <dir>', 'folder of the data sets of measures (default: STEERING_DATA)')
		.addOption(
			new Option('--seed <number>', 'seed of intervals and random directions (default: 0)').argParser(
				integerArgument('--seed'),
			),
		)
		.option('--force', 'measure with vectors that another model of the same width made');
}

/** @throws SteeringError ERR_USAGE naming the first flag that does nothing here */
export function refuseOtherOptions(program: Command, { measure }: MeasureCliOptions): void {
	const given = program.options
		.map((option) => ({ name: option.attributeName(), flag: option.long ?? option.flags }))
		.filter(({ name }) => program.getOptionValueSource(name) === 'cli' && name !== 'debug' && name !== 'measure');
	for (const { name, flag } of given) {
		const own = Object.hasOwn(OF_MEASURES, name);
		if (!measure) {
			if (own) throw new SteeringError('ERR_USAGE', `${flag} needs --measure`, { hint: 'name what to measure' });
			continue;
		}
		if (!own && !OF_BOTH.includes(name)) {
			throw new SteeringError('ERR_USAGE', `${flag} does not go with --measure: no judge is asked then`, {
				hint: 'have replies judged in a command of its own',
			});
		}
		const needed = OF_MEASURES[name];
		if (needed && !needed.some((one) => measure.includes(one))) {
			throw new SteeringError('ERR_USAGE', `${flag} does nothing for --measure ${measure.join(' ')}`, {
				hint: `it is for ${needed.join(', ')}`,
			});
		}
	}
}
