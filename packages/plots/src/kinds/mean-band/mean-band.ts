import { type NamedSettings, settingsLabel } from '@steering/core/settings';
import type { TopLevelSpec } from 'vega-lite';
import { type LineLabel, lineLabelLayers } from '../../drawing/line-labels.js';
import { sampleWords } from '../../drawing/sample-words.js';
import { methodOf, titleOf } from '../../drawing/settings-words.js';
import { type Line, SIZE, type Theme } from '../../drawing/theme.js';
import { titleBlock } from '../../drawing/title-block.js';
import { multiplierEncoding, pointScale, xDomain, xTicks } from '../../drawing/x-axis.js';
import type { Figure } from '../../responses/figures.js';
import { bandLayer, lineLayer, lineOf, pointLayer, rangeLayer, unsteeredRule } from './mean-band-layers.js';

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';
/** Pixels left of the plotting area that the y axis takes: titles begin there. */
const Y_AXIS_ROOM = 40;
/** Pixels right of it that the labels of lines take. */
const LABEL_ROOM = 145;
const SPREAD = '25th to 75th percentile over prompts';
const LINE_TEXT: Record<Line, string> = {
	harmful: 'harmful prompts',
	harmless: 'harmless prompts',
	all: 'all prompts',
};

/**
 * The reference's picture as a vega-lite specification: mean score against multiplier with the band between the 25th and
 * 75th percentile over prompts; lines for harmful and harmless prompts (0..1), or with a behavior one line (0..10).
 * @param sources names of the response files, kept in `usermeta`: the picture says what it was made of
 */
export function meanBandSpec(
	settings: NamedSettings,
	figures: readonly Figure[],
	sources: readonly string[],
	theme: Theme,
): TopLevelSpec {
	const mults = figures.map(({ mult }) => mult);
	const top = settings.behavior === null ? 1 : 10;
	const domain = xDomain(settings, mults);
	const ticks = xTicks(mults, domain);
	const lines = [...new Set(figures.map(lineOf))];
	// A band needs two multipliers; one alone shows its percentiles as a bar.
	const alone = new Set(mults).size === 1;
	const width = SIZE.width + Y_AXIS_ROOM + (lines.length > 1 ? LABEL_ROOM : 0);
	const points = { scale: pointScale(mults, domain), aside: alone };
	const subtitles = [methodOf(settings), [sampleWords(figures), `${alone ? 'bar' : 'band'}: ${SPREAD}`]];
	return {
		$schema: SCHEMA,
		description: settingsLabel(settings),
		usermeta: { kind: 'mean-band', settings, sources },
		title: titleBlock(titleOf(settings), subtitles, width).title,
		width: SIZE.width,
		height: SIZE.height,
		data: { values: figures.map(valuesOf) },
		encoding: {
			x: multiplierEncoding(domain, ticks),
			y: {
				field: 'mean',
				type: 'quantitative',
				title: top === 1 ? 'Refusal rate' : 'Judge score (0–10)',
				scale: { domain: [0, top] },
				axis: { format: top === 1 ? '.0%' : 'd', tickCount: 5 },
			},
		},
		layer: [
			...(domain[0] < 0 && domain[1] > 0 ? [unsteeredRule(theme)] : []),
			...lines.map((line) => (alone ? rangeLayer : bandLayer)(line, theme)),
			...lines.map((line) => lineLayer(line, theme)),
			// Backwards: harmful's circles lie on harmless's wider squares, harmless's dashes on harmful's line.
			...[...lines].reverse().map((line) => pointLayer(line, theme, points)),
			...(lines.length > 1 ? lineLabelLayers(lines.map((line) => labelOf(line, figures, top, theme))) : []),
		],
		config: theme.config,
	} as TopLevelSpec;
}

/** What is drawn, and what it is of: example replies are the page's alone. */
function valuesOf({ mult, label, mean, q25, q75, prompts, replies }: Figure) {
	return { line: lineOf({ label }), mult, label, mean, q25, q75, prompts, replies };
}

function labelOf(line: Line, figures: readonly Figure[], top: number, theme: Theme): LineLabel {
	const end = figures.filter((figure) => lineOf(figure) === line).at(-1)!.mean;
	return { text: LINE_TEXT[line], style: theme.lines[line], height: SIZE.height * (1 - end / top) };
}
