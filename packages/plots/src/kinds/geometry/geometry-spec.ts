import type { NamedSettings } from '@steering/core/settings';
import { modelLabel } from '@steering/core/settings';
import type { TopLevelSpec } from 'vega-lite';
import { pointMark } from '../../drawing/point-mark.js';
import { examplesOf } from '../../drawing/settings-words.js';
import { textWidth } from '../../drawing/text-width.js';
import { FONT_SIZE, type Theme } from '../../drawing/theme.js';
import { titleBlock } from '../../drawing/title-block.js';
import { CLASSES, classStyle, classWords } from './class-words.js';
import { layerPanel, MAX_POINTS, type ProjectedLayer } from './layer-panel.js';

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';
const GAP = 28;
/** Pixels left of a panel that its axis title takes. */
const AXIS_ROOM = 22;

/** Panels of layers, each in the plane of its own first two principal components, with an arrow between the class means. */
export function geometrySpec(
	settings: NamedSettings,
	layers: readonly ProjectedLayer[],
	{ of, sources }: { of: number; sources: readonly string[] },
	theme: Theme,
): TopLevelSpec {
	const columns = columnsFor(layers.length);
	const size = columns === 1 ? 420 : columns === 2 ? 300 : 210;
	const width = Math.max(520, columns * (size + AXIS_ROOM + GAP) - GAP);
	return {
		$schema: SCHEMA,
		usermeta: { kind: 'geometry', settings, sources },
		...titleBlock(
			`Activations of ${examplesOf(settings)} in ${modelLabel(settings.model)}`,
			subtitles(settings, layers, of),
			width,
		),
		vconcat: [
			legendRow(settings, theme),
			{
				columns,
				spacing: { row: 20, column: GAP },
				concat: layers.map((layer) => layerPanel(settings, layer, size, theme)),
			},
		],
		spacing: 14,
		config: theme.config,
	} as TopLevelSpec;
}

const columnsFor = (panels: number) => (panels <= 3 ? panels : panels === 4 ? 2 : panels <= 6 ? 3 : 4);

function subtitles(settings: NamedSettings, layers: readonly ProjectedLayer[], of: number): string[][] {
	const { positive, negative } = layers[0]!.counts;
	const words = classWords(settings);
	const capped = Math.max(...layers.flatMap(({ counts }) => [counts.positive, counts.negative])) > MAX_POINTS;
	const place = settings.residual
		? 'What attention and MLP add to the residual stream'
		: 'Residual stream after each layer';
	return [
		[`${place}, at the last token`, `${positive} ${words.positive}, ${negative} ${words.negative}`],
		['Principal components of both classes pooled, fitted for each panel', 'axes to one scale'],
		[
			'Arrow: mean difference',
			...(layers.some(({ dPrime }) => dPrime !== null) ? ['d′: how far it separates held-out examples'] : []),
		],
		[
			...(layers.length < of ? [`${layers.length} of ${of} layers, evenly chosen`] : []),
			...(capped ? [`${MAX_POINTS} points of each class drawn, evenly chosen; all are fitted`] : []),
		],
	];
}

function legendRow(settings: NamedSettings, theme: Theme): object {
	const words = classWords(settings);
	const font = { type: 'text', align: 'left', baseline: 'middle', fontSize: FONT_SIZE.label, fontWeight: 600 };
	const secondAt = 16 + textWidth(words.positive, FONT_SIZE.label, 600) + 34;
	const end = secondAt + 16 + textWidth(words.negative, FONT_SIZE.label, 600);
	const layer = CLASSES.flatMap((name, index) => {
		const style = classStyle(name, theme);
		const at = (x: number) => ({ x: { value: x }, y: { value: 8 } });
		const start = index === 0 ? 6 : secondAt;
		return [
			{ data: { values: [{}] }, mark: pointMark(style), encoding: at(start) },
			{ data: { values: [{}] }, mark: { ...font, text: words[name], color: style.color }, encoding: at(start + 12) },
		];
	});
	return { width: Math.ceil(end), height: 16, view: { stroke: null }, layer };
}
