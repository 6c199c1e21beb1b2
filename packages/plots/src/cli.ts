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
import { SteeringError } from '@steering/core/errors';
import { defaultLayer, defaultModel } from '@steering/core/model-defaults';
import { type Settings, settingsSchema } from '@steering/core/settings';
import { Command, Option } from 'commander';
import { THEME_NAMES, type ThemeName } from './drawing/theme.js';
import { PLOT_KIND_NAMES, type PlotKindName } from './kinds/index.js';
import { parseFilter, type SettingsFilter } from './settings-filter.js';

interface Options extends Record<string, unknown> {
	kind?: PlotKindName;
	compare?: boolean;
	facet?: keyof Settings;
	color?: keyof Settings;
	mults?: number[];
	artifacts: string;
	plots: string;
	theme: ThemeName;
	watch?: boolean;
	verbose?: boolean;
}

const KEYS = Object.keys(settingsSchema.shape) as (keyof Settings)[];

const program = new Command('plots')
	.description(
		'Draw scored responses. mean-band, the default: the mean score against the multiplier, with the band between the ' +
			'25th and 75th percentile over prompts; without flags of settings a picture for each settings that has scored ' +
			'responses, with any for that one. Other kinds draw all settings that have the values of the flags given.',
	)
	.addOption(new Option('--kind <kind>', 'what to draw (default: "mean-band")').choices(PLOT_KIND_NAMES))
	.option('--compare', 'short for --kind compare: settings as lines of one picture')
	.addOption(new Option('--facet <key>', 'with compare: a panel for each value of this key').choices(KEYS))
	.addOption(new Option('--color <key>', 'with compare: a line for each value of this key').choices(KEYS))
	.option('--artifacts <dir>', 'folder of the artifacts, with responses/ in it', 'artifacts')
	.option('--plots <dir>', 'folder the pictures go to', 'plots')
	.option('--watch', 'draw again what changes as scores land, until Ctrl-C')
	.addOption(
		new Option('--theme <theme>', 'background of PNG, SVG and specification; dark files end in _dark')
			.choices(THEME_NAMES)
			.default('light'),
	);
withOptions(program, addSettingsOptions, multsOption, verboseOption).action(draw);
await runCli(program);

async function draw(options: Options): Promise<void> {
	const { mults, artifacts, plots, theme, watch, verbose, facet, color } = options;
	const kind = kindOf(options);
	const { drawPlots, watchPlots } = await import('./index.js');
	await (watch ? watchPlots : drawPlots)({
		artifacts,
		plots,
		kind,
		facet,
		color,
		...askedSettings(kind, options),
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

function kindOf({ kind, compare }: Options): PlotKindName {
	if (compare && kind && kind !== 'compare') {
		throw new SteeringError('ERR_USAGE', `--compare does not go with --kind ${kind}`, { hint: 'give one of the two' });
	}
	return compare ? 'compare' : (kind ?? 'mean-band');
}

/** What flags of settings ask for: of mean-band the one settings that they name, else all that have the values given. */
function askedSettings(kind: PlotKindName, options: Options): { settings?: Settings; filter?: SettingsFilter } {
	const given = KEYS.filter((key) => program.getOptionValueSource(key) === 'cli');
	if (given.length === 0) return {};
	if (kind !== 'mean-band') return { filter: parseFilter(options, given) };
	return { settings: settingsFromOptions(options, { defaultModel: defaultModel(), defaultLayer }) };
}
