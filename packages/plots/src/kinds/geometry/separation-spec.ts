import { modelLabel, type NamedSettings } from '@steering/core/settings';
import type { TopLevelSpec } from 'vega-lite';
import { type LineLabel, lineLabelLayers } from '../../drawing/line-labels.js';
import { pointMark } from '../../drawing/point-mark.js';
import { examplesOf } from '../../drawing/settings-words.js';
import type { LineStyle, Theme } from '../../drawing/theme.js';
import { titleBlock } from '../../drawing/title-block.js';
import { classWords, layerName } from './class-words.js';
import type { LayerGeometry } from './layer-geometry.js';

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';
const SIZE = { width: 600, height: 190 };

/** How far the classes lie apart after each layer, in examples that the mean difference was not made from. */
export function separationSpec(
	settings: NamedSettings,
	layers: readonly LayerGeometry[],
	sources: readonly string[],
	theme: Theme,
): TopLevelSpec {
	const { positive, negative } = layers[0]!.counts;
	const words = classWords(settings);
	const { residual } = settings;
	return {
		$schema: SCHEMA,
		usermeta: { kind: 'geometry', settings, sources },
		...titleBlock(
			`Separation of ${examplesOf(settings)} in ${modelLabel(settings.model)}`,
			[
				[
					residual ? 'At each attention and MLP output' : 'Residual stream after each layer',
					`last token of ${positive} ${words.positive} and ${negative} ${words.negative}`,
				],
				['Mean difference made from one half of the examples, measured in the other, both ways', 'dashed: chance'],
			],
			SIZE.width + 50,
		),
		vconcat: [panel('dPrime', settings, layers, theme), panel('accuracy', settings, layers, theme)],
		spacing: 24,
		config: theme.config,
	} as TopLevelSpec;
}

interface Row {
	site: string;
	at: number;
	title: string;
	value: number;
	examples: number;
}

function panel(
	measure: 'dPrime' | 'accuracy',
	settings: NamedSettings,
	layers: readonly LayerGeometry[],
	theme: Theme,
) {
	const rows = layers.flatMap((layer): Row[] => {
		const value = layer[measure];
		return value === null
			? []
			: [
					{
						...placeOf(layer.layer, settings),
						title: layerName(layer.layer, settings),
						value,
						examples: layer.examples,
					},
				];
	});
	const sites = [...new Set(rows.map(({ site }) => site))];
	const places = layers.map(({ layer }) => placeOf(layer, settings).at);
	const xDomain = [Math.min(...places) - 0.4, Math.max(...places) + 0.4];
	const [low, high] = domainOf(measure, rows);
	const labels = sites.map((site, index): LineLabel => {
		const end = rows.filter((row) => row.site === site).at(-1)!.value;
		return { text: site, style: styleOf(index, theme), height: SIZE.height * (1 - (end - low) / (high - low)) };
	});
	const bottom = measure === 'accuracy';
	return {
		...SIZE,
		data: { values: rows },
		encoding: {
			x: {
				field: 'at',
				type: 'quantitative',
				title: bottom ? 'Layer' : null,
				scale: { domain: xDomain, nice: false, zero: false },
				axis: {
					format: 'd',
					tickMinStep: 1,
					labels: bottom,
					grid: true,
					...(places.length === 1 ? { values: places } : {}),
				},
			},
			y: {
				field: 'value',
				type: 'quantitative',
				title: bottom ? 'Accuracy, held out' : 'd′, held out',
				scale: { domain: [low, high], nice: false },
				axis: { tickCount: 5, minExtent: 46, format: bottom ? '.0%' : '~g' },
			},
		},
		layer: [
			...(bottom ? [chanceRule(theme)] : []),
			...sites.flatMap((site, index) => lineLayers(site, styleOf(index, theme), measure)),
			...(labels.length > 1 ? lineLabelLayers(labels, SIZE) : []),
		],
	};
}

function placeOf(layer: number, { residual }: NamedSettings): { site: string; at: number } {
	if (!residual) return { site: 'layer', at: layer };
	return { site: layer % 2 === 0 ? 'attention' : 'MLP', at: Math.floor(layer / 2) };
}

const styleOf = (index: number, theme: Theme): LineStyle => theme.series[index]!;

function domainOf(measure: 'dPrime' | 'accuracy', rows: readonly Row[]): [number, number] {
	const values = rows.map(({ value }) => value);
	if (measure === 'accuracy') return [Math.min(0.4, Math.floor(10 * Math.min(...values)) / 10), 1];
	const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
	const margin = 0.06 * (high - low) || 1;
	return [low < 0 ? low - margin : 0, high + margin];
}

/** Two classes, one threshold: half are right by chance. */
const chanceRule = ({ ink }: Theme) => ({
	data: { values: [{ value: 0.5 }] },
	mark: { type: 'rule', color: ink.unsteered, strokeWidth: 1.25, strokeDash: [4, 4] },
	encoding: { x: { value: 0 }, x2: { value: SIZE.width } },
});

const tooltipOf = (measure: 'dPrime' | 'accuracy') => [
	{ field: 'title', type: 'nominal' },
	measure === 'accuracy'
		? { field: 'value', type: 'quantitative', title: 'Accuracy, held out', format: '.1%' }
		: { field: 'value', type: 'quantitative', title: 'd′, held out', format: '.3~f' },
	{ field: 'examples', type: 'quantitative', title: 'Examples' },
];

function lineLayers(site: string, style: LineStyle, measure: 'dPrime' | 'accuracy'): object[] {
	const transform = [{ filter: { field: 'site', equal: site } }];
	return [
		{ transform, mark: { type: 'line', color: style.color, strokeWidth: 2.25, strokeDash: style.dash } },
		{ transform, mark: pointMark(style, 0.85), encoding: { tooltip: tooltipOf(measure) } },
	];
}
