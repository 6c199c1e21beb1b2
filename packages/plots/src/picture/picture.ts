import type { NamedSettings } from '@steering/core/settings';
import type { TopLevelSpec } from 'vega-lite';
import type { Theme } from '../drawing/theme.js';
import type { Figure } from '../responses/figures.js';

/** A figure in a picture. */
export interface PictureFigure extends Figure {
	/** Which of the picture's settings it is of, in words; what is drawn of it holds the same. Absent: of the only ones. */
	of?: string;
}

/** One picture, before it is drawn. */
export interface Picture {
	/** File name without extension: `plot_...`. */
	name: string;
	/** The settings in it; one for the reference's picture. */
	settings: readonly NamedSettings[];
	/** The scores' figures in it; empty for a picture of something else. */
	figures: readonly PictureFigure[];
	/** Its figures as rows of a table, for `-v` and for readers who cannot see the picture. */
	table: readonly Record<string, string | number>[];
	spec: (theme: Theme) => TopLevelSpec;
}

/** A picture on disk: paths of its files. */
export interface PlotFile {
	picture: Picture;
	/** The vega-lite specification, `plot_*.vl.json`. */
	spec: string;
	svg: string;
	png: string;
	/** The interactive page, in both themes. */
	html: string;
}
