import type { NamedSettings } from '@steering/core/settings';
import type { TopLevelSpec } from 'vega-lite';
import { LABEL_OFFSET, type LineLabel, lineLabelLayers } from '../../drawing/line-labels.js';
import { labelTitle, panelPage, panelTitle } from '../../drawing/panels.js';
import { pointMark } from '../../drawing/point-mark.js';
import { sampleWords } from '../../drawing/sample-words.js';
import { textWidth, wrapText } from '../../drawing/text-width.js';
import { FONT_SIZE, SIZE, type Theme } from '../../drawing/theme.js';
import { multiplierEncoding, pointScale, xDomain, xTicks } from '../../drawing/x-axis.js';
import type { PictureFigure } from '../../picture/picture.js';
import { unsteeredRule } from '../mean-band/mean-band-layers.js';
import type { ComparePanel } from './compare-panels.js';
import { commonWords, compareTitle } from './compare-words.js';
import { type SettingsLine, styledLines } from './line-styles.js';

/** A panel among others. */
const SMALL = { width: 340, height: 260 };
/** Pixels that a line's label may take before it goes on in a second line. */
const LABEL_WIDTH = 190;
/** Pixels of a y axis. */
const AXIS_ROOM = 52;
/** A panel whose multipliers span less than this share of all has an axis of its own. */
const OWN_AXIS_BELOW = 0.25;

type Size = { width: number; height: number };

/** Mean score against multiplier: a line for each settings, told apart by colour, dash and points. */
export function compareSpec(
	all: readonly NamedSettings[],
	rows: readonly (readonly ComparePanel[])[],
	usermeta: object,
	theme: Theme,
): TopLevelSpec {
	const panels = rows.flat();
	const lines = styledLines(lineWords(panels), theme);
	const size = panels.length === 1 ? SIZE : SMALL;
	const columns = Math.max(...rows.map((row) => row.length));
	const room = Math.max(...lines.map(({ words }) => Math.max(...labelLines(words).map(labelWidth))));
	const figures = panels.flatMap(figuresOf);
	return panelPage(
		{
			title: compareTitle(all),
			subtitle: [commonWords(all), [sampleWords(figures)]],
			width: columns * (size.width + AXIS_ROOM) + LABEL_OFFSET + room,
			description: `Mean score against multiplier of ${all.length} settings`,
			usermeta,
			rows: rows.map((row) => row.map((panel) => panelOf(panel, row, figures.map(multOf), lines, size, theme))),
		},
		theme,
	);
}

/** The lines of a picture, in their order. */
export const lineWords = (panels: readonly ComparePanel[]): string[] => [
	...new Set(panels.flatMap((panel) => panel.lines.map(({ words }) => words))),
];

const multOf = ({ mult }: { mult: number }) => mult;
const figuresOf = ({ lines }: ComparePanel) => lines.flatMap(({ figures }) => figures);
const labelLines = (words: string) => wrapText(words.split(/(?<=, )/), '', LABEL_WIDTH, FONT_SIZE.label, 600);
const labelWidth = (text: string) => textWidth(text, FONT_SIZE.label, 600);
const topOf = ({ label }: ComparePanel) => (label ? 1 : 10);

function panelOf(
	panel: ComparePanel,
	row: readonly ComparePanel[],
	allMults: readonly number[],
	lines: readonly SettingsLine[],
	size: Size,
	theme: Theme,
) {
	const mults = figuresOf(panel).map(multOf);
	const domain = domainOf(mults, allMults);
	const ticks = xTicks(mults, domain, size.width);
	const top = topOf(panel);
	const scale = Math.min(1, pointScale(mults, domain) * (size === SIZE ? 1 : 0.85));
	const shown = lines.filter(({ words }) => panel.lines.some((line) => line.words === words));
	// Labels stand beside the last panel of a row, for the lines of all of its panels.
	const labelled = panel === row.at(-1) && lines.length > 1;
	return {
		...panelTitle([...(panel.facet ? [panel.facet] : []), ...labelTitle(panel.label)], size.width, theme),
		...size,
		data: {
			values: panel.lines.flatMap(({ words, figures }) => figures.map((figure) => valuesOf(words, figure))),
		},
		encoding: {
			x: multiplierEncoding(domain, ticks, size === SIZE ? 9 : 5),
			y: {
				field: 'mean',
				type: 'quantitative',
				title: top === 1 ? 'Refusal rate' : 'Judge score (0–10)',
				scale: { domain: [0, top] },
				axis: { format: top === 1 ? '.0%' : 'd', tickCount: 5, minExtent: 34 },
			},
		},
		layer: [
			...(domain[0] < 0 && domain[1] > 0 ? [{ ...unsteeredRule(theme), ...ruleOver(size) }] : []),
			...shown.map(lineLayer),
			// Backwards: the first line's points lie on top.
			...[...shown].reverse().map((line) => pointLayer(line, scale)),
			...(labelled ? lineLabelLayers(labelsOf(row, lines, size), size) : []),
		],
	};
}

/** Example replies are the page's alone. */
function valuesOf(line: string, { of, mult, label, mean, q25, q75, prompts, replies }: PictureFigure) {
	return { line, of, mult, label, mean, q25, q75, prompts, replies };
}

const ruleOver = ({ height }: Size) => ({ encoding: { y: { value: 0 }, y2: { value: height } } });

/** All panels share an axis, but where one's multipliers would crowd in a corner of it. */
function domainOf(mults: readonly number[], all: readonly number[]): [number, number] {
	const free = { dataset: 'open', residual: false, layer: null } as const;
	const [own, shared] = [xDomain(free, mults), xDomain(free, all)];
	return own[1] - own[0] < OWN_AXIS_BELOW * (shared[1] - shared[0]) ? own : shared;
}

const ofLine = (words: string) => ({ transform: [{ filter: { field: 'line', equal: words } }] });

const lineLayer = ({ words, style, strokeWidth }: SettingsLine) => ({
	...ofLine(words),
	mark: { type: 'line', color: style.color, strokeWidth, strokeDash: style.dash },
});

const pointLayer = ({ words, style }: SettingsLine, scale: number) => ({
	...ofLine(words),
	mark: pointMark(style, scale),
});

function labelsOf(row: readonly ComparePanel[], lines: readonly SettingsLine[], { height }: Size): LineLabel[] {
	return lines.flatMap(({ words, style }) => {
		// At the line's end in the panel beside it; a line that is only in a panel further left is named as well.
		const panel = row.findLast((one) => one.lines.some((line) => line.words === words));
		const end = panel?.lines.find((line) => line.words === words)?.figures.at(-1);
		if (!panel || !end) return [];
		return [{ text: labelLines(words), style, height: height * (1 - end.mean / topOf(panel)) }];
	});
}
