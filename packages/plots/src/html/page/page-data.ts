import type { Spec } from 'vega';
import type { ThemeName } from '../../drawing/theme.js';
import type { Figure } from '../../responses/figures.js';

/** A reply shown with a point. */
export interface Example {
	prompt: string;
	reply: string;
	score: number;
}

/** One point of a line, with replies that its scores stand for. */
export type ShownFigure = Figure & { examples?: readonly Example[] };

/** What the page's script reads from the element `#data`. All of it is text and numbers: nothing in it is HTML. */
export interface PageData {
	/** File name without extension, for what is saved from the page. */
	name: string;
	/** The vega-lite specification, to be read. */
	source: string;
	/** The same compiled to vega, in each theme. */
	specs: Record<ThemeName, Spec>;
	figures: readonly ShownFigure[];
}
