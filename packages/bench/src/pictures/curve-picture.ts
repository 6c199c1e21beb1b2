import { type Theme, titleBlock } from '@steering/plots';
import type { TopLevelSpec } from 'vega-lite';
import type { CurvesBench } from '../curves/bench-curves.js';
import type { Curve } from '../curves/curve.js';
import { writePicture } from './write-picture.js';

const PANEL = { width: 300, height: 200 };
const COLUMNS = 2;

/** performance-curves.png: a panel for each curve. */
export function drawCurves(bench: CurvesBench, folder: string): Promise<string[]> {
	return writePicture('performance-curves', folder, (theme) => curvesSpec(bench, theme));
}

export function curvesSpec({ curves, limits }: CurvesBench, theme: Theme): TopLevelSpec {
	const giga = (value: number) => (value / 1e9).toFixed(0);
	const read = `${giga(limits.bytesPerSecond)} GB/s read by products of one row`;
	const compute = `${giga(limits.flopsPerSecond)} GFLOP/s in large ones`;
	return {
		...titleBlock(
			'What decoding costs',
			[['median, least and most of the rounds'], [`this machine when it was measured: ${read}`, compute]],
			COLUMNS * PANEL.width,
		),
		config: theme.config,
		background: theme.background,
		columns: COLUMNS,
		spacing: { row: 40, column: 60 },
		concat: curves.map((curve) => panel(curve, theme)),
		resolve: { scale: { x: 'independent', y: 'independent', color: 'independent' } },
	} as TopLevelSpec;
}

function panel({ title, x, y, points }: Curve, theme: Theme) {
	const names = [...new Set(points.map(({ series }) => series))];
	const values = points.map((point) => ({ x: point.x, series: point.series, ...point.value }));
	const linear = points.some((point) => point.x === 0);
	const ticks = [...new Set(points.map((point) => point.x))];
	const scale = linear ? { type: 'linear', nice: false } : { type: 'log', base: 2, nice: false };
	const color = {
		field: 'series',
		type: 'nominal',
		title: null,
		scale: { domain: names, range: names.map((_, i) => theme.series[i]!.color) },
		legend: names.length > 1 ? { orient: 'bottom-right', labelColor: theme.ink.text } : null,
	};
	const vertical = { type: 'quantitative', title: y, scale: { zero: true } };
	return {
		...PANEL,
		title: { text: title, fontSize: 13, anchor: 'start', color: theme.ink.text },
		data: { values },
		encoding: {
			x: { field: 'x', type: 'quantitative', title: x, scale, axis: { values: ticks, format: 'd', grid: false } },
			color,
		},
		layer: [
			{ mark: { type: 'line', strokeWidth: 2 }, encoding: { y: { field: 'median', ...vertical } } },
			{
				mark: { type: 'rule', strokeWidth: 1.5 },
				encoding: { y: { field: 'min', ...vertical }, y2: { field: 'max' } },
			},
			{
				mark: { type: 'point', filled: true, size: 45, opacity: 1 },
				encoding: { y: { field: 'median', ...vertical } },
			},
		],
	};
}
