import type { LineStyle, Theme } from '../../drawing/theme.js';

/** Twice the theme's styles: filled points, then hollow ones on finer lines. More lines no reader tells apart. */
export const MOST_LINES = 12;

export interface SettingsLine {
	words: string;
	style: LineStyle;
	strokeWidth: number;
}

export function styledLines(words: readonly string[], { series, background }: Theme): SettingsLine[] {
	return words.map((text, index) => {
		const style = series[index % series.length]!;
		const hollow = index >= series.length;
		return { words: text, style: hollow ? { ...style, fill: background } : style, strokeWidth: hollow ? 1.25 : 2.25 };
	});
}
