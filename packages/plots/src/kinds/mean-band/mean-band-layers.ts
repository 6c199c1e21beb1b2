import { pointMark } from '../../drawing/point-mark.js';
import { type Line, SIZE, type Theme } from '../../drawing/theme.js';
import type { Figure } from '../../responses/figures.js';

export const lineOf = ({ label }: Pick<Figure, 'label'>): Line => label ?? 'all';

/** Where the model is not steered. */
export const unsteeredRule = ({ ink }: Theme) => ({
	data: { values: [{ mult: 0 }] },
	mark: { type: 'rule', color: ink.unsteered, strokeWidth: 1.25 },
	encoding: { y: { value: 0 }, y2: { value: SIZE.height } },
});

/** Pixels to the side at a single multiplier, where two lines would cover each other. */
const ASIDE: Record<Line, number> = { harmful: -9, harmless: 9, all: 0 };

const ofLine = (line: Line) => ({ transform: [{ filter: { field: 'line', equal: line } }] });
const percentiles = { y: { field: 'q25', type: 'quantitative' }, y2: { field: 'q75' } };

/** The band between the percentiles. */
export const bandLayer = (line: Line, theme: Theme) => ({
	...ofLine(line),
	mark: { type: 'area', color: theme.lines[line].color, opacity: 0.18 },
	encoding: percentiles,
});

/** The percentiles at a single multiplier, as a bar wide enough to be seen around the point, which goes beside it. */
export const rangeLayer = (line: Line, theme: Theme) => ({
	...ofLine(line),
	mark: { type: 'rule', color: theme.lines[line].color, opacity: 0.35, strokeWidth: 7, xOffset: ASIDE[line] },
	encoding: percentiles,
});

/** The means, joined. */
export const lineLayer = (line: Line, theme: Theme) => ({
	...ofLine(line),
	mark: { type: 'line', color: theme.lines[line].color, strokeWidth: 2.25, strokeDash: theme.lines[line].dash },
});

/** The means, marked: the multipliers that were run. */
export const pointLayer = (line: Line, theme: Theme, { scale, aside }: { scale: number; aside: boolean }) => ({
	...ofLine(line),
	mark: { ...pointMark(theme.lines[line], scale), ...(aside ? { xOffset: ASIDE[line] } : {}) },
});
