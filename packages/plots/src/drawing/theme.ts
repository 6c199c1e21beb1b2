import type { Config } from 'vega-lite';

/** Only Inter is drawn by us; the others are for an SVG opened where Inter is not installed. */
export const FONT = 'Inter, Helvetica Neue, Arial, sans-serif';
export const FONT_SIZE = { title: 17, subtitle: 12, axisTitle: 13, tick: 12, label: 13 } as const;

/** Width and height of the plotting area, in CSS pixels. */
export const SIZE = { width: 640, height: 360 } as const;

export interface Ink {
	text: string;
	quiet: string;
	grid: string;
	axis: string;
	/** The rule where the model is not steered. */
	unsteered: string;
}

/**
 * How a line looks. Hues are Okabe and Ito's, in shades that contrast with the background by 4.5 (a line's label has its
 * colour) and differ with any colour vision; dash and point shape say the same again, for print in black and white.
 */
export interface LineStyle {
	color: string;
	dash: readonly number[];
	shape: 'circle' | 'square' | 'diamond' | 'triangle-up' | 'triangle-down' | 'cross';
	/** Inside of the points. */
	fill: string;
	/** Area of a point in square pixels, its outline aside: a circle fits into a square, so that both show where lines meet. */
	size: number;
}

/** A line of the reference's picture: prompts of one label, or all of them. */
export type Line = 'harmful' | 'harmless' | 'all';

export const THEME_NAMES = ['light', 'dark'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

/** Everything about a picture's look that depends on its background. Pictures take it as an argument. */
export interface Theme {
	name: ThemeName;
	background: string;
	ink: Ink;
	lines: Readonly<Record<Line, LineStyle>>;
	/** Styles of lines that stand for settings, in the order they are given out. */
	series: readonly LineStyle[];
	config: Config;
}

interface Palette {
	background: string;
	ink: Ink;
	vermillion: string;
	blue: string;
	green: string;
	purple: string;
	ochre: string;
	steel: string;
}

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
	light: makeTheme('light', {
		background: '#ffffff',
		ink: { text: '#1a1a1a', quiet: '#555555', grid: '#e6e6e6', axis: '#8c8c8c', unsteered: '#a3a3a3' },
		vermillion: '#c25400',
		blue: '#0072b2',
		green: '#0e5a45',
		purple: '#8a2378',
		ochre: '#5a4108',
		steel: '#07162e',
	}),
	// The same hues, lighter.
	dark: makeTheme('dark', {
		background: '#16181d',
		ink: { text: '#ececec', quiet: '#a9adb5', grid: '#2c3038', axis: '#767c87', unsteered: '#656b75' },
		vermillion: '#ff8c42',
		blue: '#5cb3f0',
		green: '#20e6a2',
		purple: '#f04fb8',
		ochre: '#fecf17',
		steel: '#bbe2fe',
	}),
};

function makeTheme(name: ThemeName, palette: Palette): Theme {
	const { background, ink, vermillion, blue, green, purple, ochre, steel } = palette;
	const full = (color: string, shape: LineStyle['shape'], dash: number[] = [], size = 42): LineStyle => {
		return { color, dash, shape, fill: color, size };
	};
	return {
		...{ name, background, ink },
		lines: {
			harmful: full(vermillion, 'circle', [], 32),
			harmless: { color: blue, dash: [7, 4], shape: 'square', fill: background, size: 100 },
			all: full(blue, 'circle'),
		},
		series: [
			full(blue, 'circle'),
			full(vermillion, 'square', [7, 4], 36),
			full(green, 'triangle-up', [2, 3], 46),
			full(purple, 'diamond', [9, 3, 2, 3], 46),
			full(ochre, 'triangle-down', [4, 2], 46),
			full(steel, 'cross', [12, 4], 46),
		],
		config: configOf(background, ink),
	};
}

function configOf(background: string, ink: Ink): Config {
	return {
		background,
		font: FONT,
		padding: 18,
		view: { stroke: null },
		title: {
			anchor: 'start',
			frame: 'bounds',
			color: ink.text,
			fontSize: FONT_SIZE.title,
			fontWeight: 600,
			lineHeight: 22,
			subtitleColor: ink.quiet,
			subtitleFontSize: FONT_SIZE.subtitle,
			subtitleLineHeight: 17,
			subtitlePadding: 7,
			offset: 18,
		},
		axis: {
			gridColor: ink.grid,
			domainColor: ink.axis,
			tickColor: ink.axis,
			tickSize: 5,
			labelColor: ink.text,
			labelFontSize: FONT_SIZE.tick,
			labelPadding: 5,
			labelFlush: false,
			labelOverlap: 'parity',
			titleColor: ink.text,
			titleFontSize: FONT_SIZE.axisTitle,
			titleFontWeight: 600,
			titlePadding: 12,
		},
		axisY: { domain: false, ticks: false },
	};
}
