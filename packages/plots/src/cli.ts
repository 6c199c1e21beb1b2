import {
	addSettingsOptions,
	formatTable,
	multsOption,
	runCli,
	settingsFromOptions,
	signalOf,
	verboseOption,
	withOptions,
} from '@steering/core/cli';
import { defaultLayer, defaultModel } from '@steering/core/model-defaults';
import { type Settings, settingsSchema } from '@steering/core/settings';
import { Command, Option } from 'commander';
import { PLOT_KIND_NAMES, type PlotKindName } from './kinds/index.js';

interface Options extends Record<string, unknown> {
	mults?: number[];
	kind: PlotKindName;
	artifacts: string;
	plots: string;
	watch?: boolean;
	verbose?: boolean;
}

const program = new Command('plots')
	.description(
		'Draw the mean score against the multiplier, with the band between the 25th and 75th percentile over prompts.\n' +
			'Without flags of settings: a picture for each settings that has scored responses; with any: for that one.',
	)
	.addOption(new Option('--kind <kind>', 'what is drawn').choices(PLOT_KIND_NAMES).default('mean-band'))
	.option('--artifacts <dir>', 'folder of the artifacts, with responses/ in it', 'artifacts')
	.option('--plots <dir>', 'folder the pictures go to', 'plots')
	.option('--watch', 'draw again what changes as scores land, until Ctrl-C');
withOptions(program, addSettingsOptions, multsOption, verboseOption).action(draw);
await runCli(program);

async function draw(options: Options): Promise<void> {
	const { kind, mults, artifacts, plots, watch, verbose } = options;
	const settings = askedSettings(options);
	const { drawPlots, watchPlots } = await import('./index.js');
	await (watch ? watchPlots : drawPlots)({
		kind,
		artifacts,
		plots,
		settings,
		mults,
		signal: signalOf(program),
		onNote: (note) => console.error(note),
		onPlot: ({ picture, svg, png }) => {
			console.log(`${png}\n${svg}`);
			if (verbose) console.log(`${formatTable(picture.table)}\n`);
		},
	});
}

/** The one settings that flags name; undefined when there is none among them. */
function askedSettings(options: Options): Settings | undefined {
	const asked = Object.keys(settingsSchema.shape).some((key) => program.getOptionValueSource(key) === 'cli');
	if (!asked) return undefined;
	return settingsFromOptions(options, { defaultModel: defaultModel(), defaultLayer });
}
