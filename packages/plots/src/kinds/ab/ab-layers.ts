import { pointMark } from '../../drawing/point-mark.js';
import type { LineStyle } from '../../drawing/theme.js';

export interface Row {
	mult: number;
	value: number;
	low?: number;
	high?: number;
	n: number;
	/** The line in words; empty for the only one. */
	title: string;
}

const interval = { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } };

export const intervalBand = (values: readonly Row[], { color }: LineStyle) => ({
	data: { values },
	mark: { type: 'area', color, opacity: 0.18 },
	encoding: interval,
});

export const intervalBars = (values: readonly Row[], { color }: LineStyle) => ({
	data: { values },
	mark: { type: 'rule', color, opacity: 0.55, strokeWidth: 1.75 },
	encoding: interval,
});

export const lineLayer = (values: readonly Row[], { color, dash }: LineStyle, strokeWidth: number) => ({
	data: { values },
	mark: { type: 'line', color, strokeWidth, strokeDash: dash },
});

export const pointLayer = (values: readonly Row[], style: LineStyle, scale: number) => ({
	data: { values },
	mark: pointMark(style, scale),
	encoding: {
		tooltip: [
			{ field: 'title', type: 'nominal' },
			{ field: 'mult', type: 'quantitative', title: 'Multiplier', format: '~g' },
			{ field: 'value', type: 'quantitative', title: 'P(matching)', format: '.1%' },
			...(values.some(({ low }) => low !== undefined)
				? [
						{ field: 'low', type: 'quantitative', title: '95% from', format: '.1%' },
						{ field: 'high', type: 'quantitative', title: 'to', format: '.1%' },
					]
				: []),
			{ field: 'n', type: 'quantitative', title: 'Questions' },
		],
	},
});
