import type { TopLevelSpec } from 'vega-lite';
import { labelTitle, panelPage, panelTitle } from '../../drawing/panels.js';
import { sampleWords } from '../../drawing/sample-words.js';
import { methodOf, titleOf } from '../../drawing/settings-words.js';
import { FONT_SIZE, type Theme } from '../../drawing/theme.js';
import type { Figure } from '../../responses/figures.js';
import { type LayerSweep, layerTitle, multsOf } from '../layer-sweeps.js';
import { type Cell, cellsOf, SCHEME } from './cells.js';

const AXIS_ROOM = 52;
const LEGEND_ROOM = 75;
/** Pixels that titles may take over a few narrow cells. */
const TITLE_WIDTH = 480;
/** Pixels of a panel that cells divide among them, within limits: seen at least, and not posters. */
const PANEL = { width: 420, height: 380 };
const CELL = { width: [4, 64], height: [4, 34] } as const;
/** Pixels of a cell that a number needs: "100", "10.0". */
const NUMBER = { width: 25, height: 14 };
/** A panel is this wide at least, which its axis' title needs. */
const LEAST = { width: 200, height: 120 };

type Size = { width: number; height: number };

/** Mean score by layer (upwards) and multiplier, as colour and number. */
export function heatmapSpec(sweep: LayerSweep, usermeta: object, theme: Theme): TopLevelSpec {
	const figures = sweep.layers.flatMap(({ files }) => files.flatMap((file) => file.figures));
	const labels = [...new Set(figures.map(({ label }) => label))];
	const size = cellSize(multsOf(sweep).length, sweep.layers.length);
	const panels = labels.map((label, index) => panelOf(sweep, label, index === labels.length - 1, size, theme));
	const missing = panels.some(({ data }) => data.values.some(({ mean }) => mean === null));
	const width = Math.max(TITLE_WIDTH, labels.length * (panels[0]!.width + AXIS_ROOM) + LEGEND_ROOM);
	return panelPage(
		{
			title: `${titleOf(sweep.common)}, by layer and multiplier`,
			subtitle: [methodOf(sweep.common), [sampleWords(figures), ...(missing ? ['crossed out: not run'] : [])]],
			width,
			description: `Mean score at ${sweep.layers.length} layers and ${multsOf(sweep).length} multipliers`,
			usermeta,
			rows: [panels],
		},
		theme,
	);
}

function cellSize(columns: number, rows: number): Size {
	const within = (size: number, [low, high]: readonly [number, number]) => Math.min(high, Math.max(low, size));
	const numbers = columns * NUMBER.width <= 1.5 * PANEL.width;
	return {
		width: Math.max(within(PANEL.width / columns, CELL.width), numbers ? NUMBER.width : 0, LEAST.width / columns),
		height: Math.max(within(PANEL.height / rows, CELL.height), numbers ? NUMBER.height : 0, LEAST.height / rows),
	};
}

function panelOf(sweep: LayerSweep, label: Figure['label'], last: boolean, cell: Size, theme: Theme) {
	const mults = multsOf(sweep);
	const top = label === null ? 10 : 1;
	const width = Math.round(cell.width * mults.length);
	const layers = sweep.layers.map(({ layer }) => layer).reverse();
	const numbers = cell.width >= NUMBER.width && cell.height >= NUMBER.height;
	return {
		...panelTitle(labelTitle(label), width, theme),
		width,
		height: Math.round(cell.height * layers.length),
		data: { values: cellsOf(sweep, label, top, theme) },
		encoding: {
			x: axisOf('mult', 'Steering multiplier', mults, "format(datum.value, '.3~g')"),
			y: axisOf('layer', layerTitle(sweep), layers, 'datum.value'),
		},
		layer: [
			{ ...where('run'), mark: rect(theme), encoding: { fill: colorOf(top, last, theme) } },
			{ ...where('missing'), mark: { ...rect(theme), fillOpacity: 0, stroke: theme.ink.axis, strokeDash: [2, 3] } },
			{ ...where(numbers ? 'any' : 'missing'), mark: textMark(cell), encoding: textOf },
		],
	};
}

const where = (which: 'run' | 'missing' | 'any') =>
	which === 'any' ? {} : { transform: [{ filter: { field: 'run', equal: which === 'run' } }] };

const rect = ({ background }: Theme) => ({ type: 'rect', stroke: background, strokeWidth: 1 });
const textMark = ({ width, height }: Size) => ({
	type: 'text',
	fontSize: Math.max(4, Math.min(FONT_SIZE.tick, height - 3, width / 2.3)),
});
const textOf = {
	text: { field: 'text', type: 'nominal' },
	color: { field: 'ink', type: 'nominal', scale: null, legend: null },
} as const;

function axisOf(field: keyof Cell, title: string, values: readonly number[], labelExpr: string) {
	return {
		field,
		type: 'ordinal',
		title,
		sort: values,
		scale: { domain: values, padding: 0 },
		axis: { labelExpr, labelAngle: 0, domain: false, ticks: false },
	};
}

const colorOf = (top: number, last: boolean, { ink }: Theme) => ({
	field: 'mean',
	type: 'quantitative',
	scale: { domain: [0, top], scheme: SCHEME },
	legend: last ? { ...LEGEND, ...(top === 1 ? RATE : JUDGED), labelColor: ink.text, titleColor: ink.text } : null,
});
const LEGEND = {
	...{ gradientThickness: 12, gradientLength: 120, offset: 16 },
	...{ labelFontSize: FONT_SIZE.tick, titleFontSize: FONT_SIZE.tick, titleFontWeight: 600, titlePadding: 10 },
};
const RATE = { title: ['Refusal', 'rate'], format: '.0%', values: [0, 0.5, 1] };
const JUDGED = { title: ['Judge', 'score'], format: 'd', values: [0, 5, 10] };
