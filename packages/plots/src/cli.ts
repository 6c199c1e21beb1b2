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
import { THEME_NAMES, type ThemeName } from './drawing/theme.js';

interface Options extends Record<string, unknown> {
	mults?: number[];
	artifacts: string;
	plots: string;
	theme: ThemeName;
	verbose?: boolean;
}

const program = new Command('plots')
	.description(
		'Draw the mean score against the multiplier, with the band between the 25th and 75th percentile over prompts.\n' +
			'Without flags of settings: a picture for each settings that has scored responses; with any: for that one.',
	)
	.option('--artifacts <dir>', 'folder of the artifacts, with responses/ in it', 'artifacts')
	.option('--plots <dir>', 'folder the pictures go to', 'plots')
	.addOption(
		new Option('--theme <theme>', 'background of PNG, SVG and specification; dark files end in _dark')
			.choices(THEME_NAMES)
			.default('light'),
	);
withOptions(program, addSettingsOptions, multsOption, verboseOption).action(draw);
await runCli(program);

async function draw(options: Options): Promise<void> {
	const { mults, artifacts, plots, theme, verbose } = options;
	const settings = askedSettings(options);
	const { drawPlots } = await import('./index.js');
	await drawPlots({
		artifacts,
		plots,
		settings,
		mults,
		theme,
		signal: signalOf(program),
		onNote: (note) => console.error(note),
		onPlot: ({ picture, svg, png, html }) => {
			console.log(`${png}\n${svg}\n${html}`);
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
