import { modelLabel } from '@steering/core/settings';
import type { TopLevelSpec } from 'vega-lite';
import { countRange } from '../../drawing/count-range.js';
import { LABEL_OFFSET, type LineLabel, lineLabelLayers } from '../../drawing/line-labels.js';
import { behaviorWord, methodOf } from '../../drawing/settings-words.js';
import { textWidth } from '../../drawing/text-width.js';
import { FONT_SIZE, type LineStyle, SIZE, type Theme } from '../../drawing/theme.js';
import { titleBlock } from '../../drawing/title-block.js';
import { multiplierEncoding, pointScale, xDomain, xTicks } from '../../drawing/x-axis.js';
import { unsteeredRule } from '../mean-band/mean-band-layers.js';
import type { AbGroup, AbLine } from './ab-groups.js';
import { intervalBand, intervalBars, lineLayer, pointLayer, type Row } from './ab-layers.js';

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';
const Y_AXIS_ROOM = 50;
/** Bands of more lines than this cover each other: bars instead. */
const MAX_BANDS = 2;

/** As many lines as have a look of their own; the data sets have seven behaviors. */
export const MAX_LINES = 7;

/**
 * Probability of the answer letter that matches the behavior against the multiplier, as in Rimsky et al. 2023 (arXiv
 * 2312.06681): a line for each settings, their 95% bootstrap intervals, and grey where vectors had a random direction.
 */
export function abSpec(group: AbGroup, theme: Theme): TopLevelSpec {
	const { settings, lines } = group;
	const mults = lines.flatMap(({ points }) => points.map(({ mult }) => mult));
	const domain = xDomain(settings, mults);
	const ticks = xTicks(mults, domain);
	const labels = labelsOf(lines, theme);
	const room = Math.max(0, ...labels.map(({ text }) => textWidth(`${text}`, FONT_SIZE.label, 600) + LABEL_OFFSET));
	const scale = pointScale(mults, domain);
	return {
		$schema: SCHEMA,
		usermeta: {
			kind: 'ab',
			settings: lines.map((line) => line.settings),
			sources: lines.flatMap(({ sources }) => sources),
		},
		...titleBlock(titleOf(group), subtitles(group), SIZE.width + Y_AXIS_ROOM + room),
		width: SIZE.width,
		height: SIZE.height,
		encoding: {
			x: multiplierEncoding(domain, ticks),
			y: {
				field: 'value',
				type: 'quantitative',
				title: 'P(answer matching the behavior)',
				scale: { domain: [0, 1] },
				axis: { format: '.0%', tickCount: 5 },
			},
		},
		layer: [
			...(domain[0] < 0 && domain[1] > 0 ? [unsteeredRule(theme)] : []),
			...lines.flatMap(({ random }) => {
				return drawn({ points: random, label: '' }, randomStyle(theme), lines.length === 1, false, scale);
			}),
			...lines.flatMap((line, index) => {
				return drawn(line, styleOf(index, theme), lines.length <= MAX_BANDS, true, scale);
			}),
			...(labels.length > 1 ? lineLabelLayers(labels) : []),
		],
		config: theme.config,
	} as TopLevelSpec;
}

function drawn(
	{ points, label }: Pick<AbLine, 'points' | 'label'>,
	style: LineStyle,
	bands: boolean,
	own: boolean,
	scale: number,
): object[] {
	if (points.length === 0) return [];
	const rows = points.map(({ interval, ...point }): Row => {
		return { ...point, title: label, ...(interval ? { low: interval[0], high: interval[1] } : {}) };
	});
	const banded = rows.filter(({ low }) => low !== undefined);
	const spread =
		banded.length === 0 || (!own && !bands)
			? []
			: [(bands && banded.length > 1 ? intervalBand : intervalBars)(banded, style)];
	return [
		...spread,
		lineLayer(rows, style, own ? 2.25 : bands ? 1.5 : 1),
		...(own ? [pointLayer(rows, style, scale)] : []),
	];
}

const styleOf = (index: number, { series, ink, background }: Theme): LineStyle =>
	series[index] ?? { color: ink.text, dash: [], shape: 'circle', fill: background, size: 50 };

const randomStyle = ({ ink }: Theme): LineStyle => {
	return { color: ink.quiet, dash: [4, 4], shape: 'circle', fill: ink.quiet, size: 12 };
};

function labelsOf(lines: readonly AbLine[], theme: Theme): LineLabel[] {
	const height = (points: AbLine['points']) => SIZE.height * (1 - points.at(-1)!.value);
	const own = lines.map(({ label, points }, index): LineLabel => {
		return { text: label || 'steered', style: styleOf(index, theme), height: height(points) };
	});
	const random = lines.filter((line) => line.random.length > 0).map((line) => height(line.random));
	if (random.length === 0) return own;
	const middle = random.reduce((sum, value) => sum + value, 0) / random.length;
	return [...own, { text: 'random direction', style: randomStyle(theme), height: middle }];
}

function titleOf({ settings, by }: AbGroup): string {
	const what = by === 'behavior' ? 'the behavior' : behaviorWord(settings.behavior);
	return `A/B answers matching ${what} in ${modelLabel(settings.model)}`;
}

function subtitles({ settings, lines, by }: AbGroup): string[][] {
	const counts = lines.flatMap(({ points }) => points.map(({ n }) => n));
	const bands = lines.length <= MAX_BANDS && lines.some(({ points }) => points.length > 1);
	const random = lines.some((line) => line.random.length > 0);
	// The next token's probability has no temperature.
	const method = methodOf(settings).filter((phrase) => !phrase.startsWith('temperature'));
	return [
		by === 'settings' ? [`A line for each way of steering`] : method,
		[
			`Probability of the matching letter, of the two, mean over ${countRange(counts)} held-out questions`,
			`${bands ? 'band' : 'bars'}: 95% bootstrap interval`,
			...(random ? ['dashed grey: vectors of random direction and the same norm'] : []),
		],
	];
}
