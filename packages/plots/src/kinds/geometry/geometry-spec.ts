import type { NamedSettings } from '@steering/core/settings';
import { modelLabel } from '@steering/core/settings';
import type { TopLevelSpec } from 'vega-lite';
import { evenlyChosen } from '../../drawing/evenly-chosen.js';
import { pointMark } from '../../drawing/point-mark.js';
import { examplesOf } from '../../drawing/settings-words.js';
import { textWidth } from '../../drawing/text-width.js';
import { FONT_SIZE, type Theme } from '../../drawing/theme.js';
import { titleBlock } from '../../drawing/title-block.js';
import { arrowStrokes } from './arrow.js';
import { CLASSES, classStyle, classWords, layerName } from './class-words.js';
import type { LayerGeometry, Point, Projection } from './layer-geometry.js';

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';
/** Points of each class in a panel: more hide each other and make the SVG heavy. */
export const MAX_POINTS = 120;
const GAP = 28;
/** Pixels left of a panel that its axis title takes. */
const AXIS_ROOM = 22;
const POINT_SCALE = 0.62;

export type ProjectedLayer = LayerGeometry & { projection: Projection };

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
				concat: layers.map((layer) => panel(settings, layer, size, theme)),
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

function panel(
	settings: NamedSettings,
	{ layer, projection, dPrime }: ProjectedLayer,
	size: number,
	theme: Theme,
): object {
	const { points, means, explained } = projection;
	const drawn = {
		positive: evenlyChosen(points.positive, MAX_POINTS),
		negative: evenlyChosen(points.negative, MAX_POINTS),
	};
	const [xDomain, yDomain] = squareDomains([...drawn.positive, ...drawn.negative, means.positive, means.negative]);
	const axis = (k: 0 | 1, domain: [number, number]) => ({
		field: k === 0 ? 'x' : 'y',
		type: 'quantitative',
		title: `PC ${k + 1} (${percent(explained[k])})`,
		scale: { domain, nice: false, zero: false },
		axis: {
			labels: false,
			ticks: false,
			grid: false,
			domain: true,
			titleFontWeight: 400,
			titleFontSize: FONT_SIZE.tick,
			titlePadding: 7,
		},
	});
	const unit = (xDomain[1] - xDomain[0]) / size;
	return {
		title: {
			text: `${layerName(layer, settings)}${dPrime === null ? '' : `, d′ ${dPrime.toFixed(1)}`}`,
			anchor: 'start',
			frame: 'group',
			fontSize: FONT_SIZE.label,
			offset: 8,
		},
		width: size,
		height: size,
		encoding: { x: axis(0, xDomain), y: axis(1, yDomain) },
		layer: [
			// Backwards: positives' circles lie on negatives' wider squares.
			...[...CLASSES].reverse().map((name) => ({
				data: { values: drawn[name].map(([x, y]) => ({ x, y })) },
				mark: { ...pointMark(classStyle(name, theme), POINT_SCALE), strokeWidth: 1.2, opacity: 0.75, aria: false },
			})),
			...arrowStrokes(means.negative, means.positive, unit).flatMap((strokes) => arrowLayers(strokes, theme)),
		],
	};
}

/** A wider stroke below keeps the arrow apart from the points it crosses. */
function arrowLayers(strokes: readonly [Point, Point][], { ink, background }: Theme): object[] {
	const values = strokes.map(([from, to]) => ({ x: from[0], y: from[1], x2: to[0], y2: to[1] }));
	const encoding = { x2: { field: 'x2' }, y2: { field: 'y2' } };
	const rule = (color: string, strokeWidth: number) => ({
		data: { values },
		mark: { type: 'rule', color, strokeWidth, strokeCap: 'round' },
		encoding,
	});
	return [rule(background, 5), rule(ink.text, 2.2)];
}

/** Both axes to one scale, so that distances and the arrow's direction are those of the plane. */
function squareDomains(points: readonly Point[]): [[number, number], [number, number]] {
	const range = (k: 0 | 1) => {
		const values = points.map((point) => point[k]);
		return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))] as const;
	};
	const [x, y] = [range(0), range(1)];
	const half = 0.54 * Math.max(x[1] - x[0], y[1] - y[0]) || 1;
	const around = ([low, high]: readonly [number, number]): [number, number] => {
		const middle = (low + high) / 2;
		return [middle - half, middle + half];
	};
	return [around(x), around(y)];
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}%`;
