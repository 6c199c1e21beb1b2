import type { View } from 'vega';
import type { PictureFigure } from '../../picture/picture.js';
import { figureContent } from './figure-content.js';
import { contentOf, type TipContent } from './tip.js';

/** A point of the picture, in the picture's pixels, and what is said about it. */
export interface Point {
	x: number;
	y: number;
	color: string;
	content: TipContent;
}

/** What vega's scene graph holds, of which its types say little. */
interface Mark {
	marktype: string;
	role?: string;
	items: Item[];
}
interface Item {
	x?: number;
	y?: number;
	width?: number;
	height?: number;
	stroke?: string;
	fill?: string;
	datum?: FigureKey;
	tooltip?: unknown;
	items?: Mark[];
}

/** What of a figure its mark's datum holds. */
interface FigureKey {
	of?: unknown;
	mult?: unknown;
	label?: unknown;
}
type Figures = ReadonlyMap<string, PictureFigure>;

const keyOf = ({ of, mult, label }: FigureKey) => JSON.stringify([of, Number(mult) + 0, label]);
/** Points, and the cells of a heatmap. */
const MARKS = ['symbol', 'rect'];

/** The points that have something to say: those of a figure, and those with a `tooltip` channel. */
export function pointsOf(view: View, figures: readonly PictureFigure[]): Point[] {
	const [left, top] = view.origin() as [number, number];
	const padding = view.padding() as { left: number; top: number };
	const { root } = view.scenegraph() as unknown as { root: Mark };
	const byKey = new Map(figures.map((figure) => [keyOf(figure), figure]));
	return walk(root, left + padding.left, top + padding.top, byKey);
}

function walk({ marktype, role, items }: Mark, x: number, y: number, figures: Figures): Point[] {
	return items.flatMap((item) => {
		const [atX, atY] = [x + (item.x ?? 0), y + (item.y ?? 0)];
		if (item.items) return item.items.flatMap((mark) => walk(mark, atX, atY, figures));
		if (!MARKS.includes(marktype) || role !== 'mark') return [];
		const content = contentFor(item, figures);
		const center = { x: atX + (item.width ?? 0) / 2, y: atY + (item.height ?? 0) / 2 };
		return content ? [{ ...center, color: item.stroke ?? item.fill ?? 'currentColor', content }] : [];
	});
}

function contentFor({ tooltip, datum }: Item, figures: Figures): TipContent | undefined {
	if (tooltip !== undefined && tooltip !== null) return contentOf(tooltip);
	const figure = datum && figures.get(keyOf(datum));
	return figure && figureContent(figure);
}
