import type { NamedSettings } from '@steering/core/settings';
import { evenlyChosen } from '../../drawing/evenly-chosen.js';
import { pointMark } from '../../drawing/point-mark.js';
import { FONT_SIZE, type Theme } from '../../drawing/theme.js';
import { arrowStrokes } from './arrow.js';
import { CLASSES, classStyle, layerName } from './class-words.js';
import type { LayerGeometry, Point, Projection } from './layer-geometry.js';

/** Points of each class in a panel: more hide each other and make the SVG heavy. */
export const MAX_POINTS = 120;
const POINT_SCALE = 0.62;

export type ProjectedLayer = LayerGeometry & { projection: Projection };

/** One layer in the plane of its first two principal components. */
export function layerPanel(
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
