import { pointMark } from '../../drawing/point-mark.js';
import type { Line, Theme } from '../../drawing/theme.js';
import { COST_TITLES, costAxis } from './cost-axis.js';
import { type Frame, multiplierLabels } from './multiplier-labels.js';
import type { CostPanel } from './tradeoff-points.js';

const RING_AREA = 210;

export function costPanel({ cost, points }: CostPanel, frame: Frame, theme: Theme, extra: readonly object[]): object {
	const { size, top, first } = frame;
	const axis = costAxis(cost, points, size.width);
	const lines = [...new Set(points.map(({ line }) => line))];
	const values = points.map(({ mult, line, cost, interval, figure }) => {
		const [low, high] = interval ?? [cost, cost];
		return { mult, line, label: figure.label, cost, low, high, mean: figure.mean, q25: figure.q25, q75: figure.q75 };
	});
	return {
		...size,
		data: { values },
		encoding: {
			x: {
				field: 'cost',
				type: 'quantitative',
				title: COST_TITLES[cost],
				scale: { domain: axis.domain, nice: false, ...(axis.log ? { type: 'log' } : { zero: false }) },
				axis: {
					format: cost === 'repetition' ? '~%' : '.3~g',
					...(axis.ticks ? { values: axis.ticks } : { tickCount: 5 }),
				},
			},
			y: {
				field: 'mean',
				type: 'quantitative',
				title: first ? (top === 1 ? 'Refusal rate' : 'Judge score (0–10)') : null,
				scale: { domain: [0, top] },
				axis: { format: top === 1 ? '.0%' : 'd', tickCount: 5 },
			},
		},
		layer: [
			...lines.flatMap((line) => spreadLayers(line, theme)),
			...lines.map((line) => ({ ...ofLine(line), ...lineMark(line, theme) })),
			...(points.some(({ mult }) => mult === 0) ? [ringLayer(theme)] : []),
			...[...lines].reverse().map((line) => ({ ...ofLine(line), mark: pointMark(theme.lines[line], 0.85) })),
			...multiplierLabels(points, axis, frame, theme),
			...extra,
		],
	};
}

const ofLine = (line: Line) => ({ transform: [{ filter: { field: 'line', equal: line } }] });

function spreadLayers(line: Line, { lines }: Theme): object[] {
	const mark = { type: 'rule', color: lines[line].color, opacity: 0.45, strokeWidth: 1.25 };
	return [
		{ ...ofLine(line), mark, encoding: { y: { field: 'q25', type: 'quantitative' }, y2: { field: 'q75' } } },
		{ ...ofLine(line), mark, encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } } },
	];
}

const lineMark = (line: Line, { lines }: Theme) => ({
	mark: { type: 'line', color: lines[line].color, strokeWidth: 2, strokeDash: lines[line].dash },
	encoding: { order: { field: 'mult', type: 'quantitative' } },
});

const ringLayer = ({ ink }: Theme) => ({
	transform: [{ filter: { field: 'mult', equal: 0 } }],
	mark: {
		type: 'point',
		shape: 'circle',
		size: RING_AREA,
		filled: false,
		stroke: ink.text,
		strokeWidth: 1.25,
		opacity: 1,
	},
});
