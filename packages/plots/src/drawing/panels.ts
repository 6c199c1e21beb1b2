import type { TopLevelSpec } from 'vega-lite';
import { wrapText } from './text-width.js';
import { FONT_SIZE, type Theme } from './theme.js';

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

/** Pixels between panels: the left axis of the next one stands in between. */
const SPACING = { row: 28, column: 26 };

/** Only axes are each panel's own by default. */
const OWN_SCALES = { scale: { fill: 'independent' } };

/** Panels in rows under one title: what is said of them all. */
export interface PanelPage {
	title: string;
	/** Lines under the title, each of phrases that may go on the next line. */
	subtitle: readonly (readonly string[])[];
	/** Pixels that titles may take. */
	width: number;
	/** The picture in a sentence, for screen readers. */
	description: string;
	usermeta: object;
	rows: readonly (readonly object[])[];
}

export function panelPage({ title, subtitle, width, description, usermeta, rows }: PanelPage, theme: Theme) {
	return {
		$schema: SCHEMA,
		description,
		usermeta,
		title: {
			text: wrapText([title], '', width, FONT_SIZE.title, 600),
			subtitle: subtitle.flatMap((phrases) => wrapText(phrases, ' · ', width, FONT_SIZE.subtitle)),
		},
		spacing: SPACING.row,
		resolve: OWN_SCALES,
		vconcat: rows.map((hconcat) => ({ spacing: SPACING.column, resolve: OWN_SCALES, hconcat })),
		config: theme.config,
	} as TopLevelSpec;
}

/** The title of one panel, over its plotting area. */
export function panelTitle(phrases: readonly string[], width: number, theme: Theme) {
	if (phrases.length === 0) return {};
	return {
		title: {
			text: wrapText(phrases, ' · ', width, FONT_SIZE.label, 600),
			frame: 'group',
			fontSize: FONT_SIZE.label,
			lineHeight: 17,
			offset: 12,
			color: theme.ink.text,
		},
	};
}

/** Words over a panel of prompts of one label; none over all prompts of a behavior. */
export const labelTitle = (label: 'harmful' | 'harmless' | null): string[] => (label ? [`${label} prompts`] : []);
