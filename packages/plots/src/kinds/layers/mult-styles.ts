import { mixColors } from '../../drawing/mix-colors.js';
import type { LineStyle, Theme } from '../../drawing/theme.js';

/** The faintest multiplier's share of its colour: still a colour. */
const FAINTEST = 0.3;

/** The style of a multiplier's line: one colour and solid above 0, another and dashed below, stronger with its size. */
export function multStyle(mult: number, largest: number, { ink, series, background }: Theme): LineStyle {
	if (mult === 0) return { color: ink.quiet, dash: [2, 3], shape: 'diamond', fill: background, size: 40 };
	const [above, below] = [series[2]!, series[3]!];
	const share = FAINTEST + (1 - FAINTEST) * (Math.abs(mult) / largest);
	const color = mixColors(ink.axis, (mult > 0 ? above : below).color, share);
	return mult > 0
		? { color, dash: [], shape: 'circle', fill: color, size: 40 }
		: { color, dash: [6, 4], shape: 'square', fill: background, size: 40 };
}
