import { mixColors } from '../../drawing/mix-colors.js';
import type { LineStyle, Theme } from '../../drawing/theme.js';

/** Shares of the hue in the faintest line, the rest being background, and of the text's ink in the strongest. */
const FAINTEST = 0.5;
const STRONGEST = 0.45;

/** The style of a multiplier's line: one hue and solid above 0, another and dashed below, stronger with its size. */
export function multStyle(mult: number, largest: number, theme: Theme): LineStyle {
	const { ink, series, background } = theme;
	if (mult === 0) return { color: ink.quiet, dash: [2, 3], shape: 'diamond', fill: background, size: 40 };
	const [above, below] = [series[2]!, series[3]!];
	const color = strengthOf((mult > 0 ? above : below).color, Math.abs(mult) / largest, theme);
	return mult > 0
		? { color, dash: [], shape: 'circle', fill: color, size: 40 }
		: { color, dash: [6, 4], shape: 'square', fill: background, size: 40 };
}

function strengthOf(hue: string, share: number, { ink, background }: Theme): string {
	const faint = mixColors(background, hue, FAINTEST);
	return share < 0.5 ? mixColors(faint, hue, 2 * share) : mixColors(hue, ink.text, STRONGEST * (2 * share - 1));
}
