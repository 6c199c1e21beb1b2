import type { Spec } from 'vega';
import type { ThemeName } from '../../drawing/theme.js';
import type { PictureFigure } from '../../picture/picture.js';

/** What the page's script reads from the element `#data`. All of it is text and numbers: nothing in it is HTML. */
export interface PageData {
	/** File name without extension, for what is saved from the page. */
	name: string;
	/** The vega-lite specification, to be read. */
	source: string;
	/** The same compiled to vega, in each theme. */
	specs: Record<ThemeName, Spec>;
	figures: readonly PictureFigure[];
}
