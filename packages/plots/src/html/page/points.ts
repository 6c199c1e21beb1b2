import type { View } from 'vega';
import type { Figure } from '../../responses/figures.js';
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
	stroke?: string;
	fill?: string;
	datum?: { mult?: unknown; label?: unknown };
	tooltip?: unknown;
	items?: Mark[];
}

/** The points that have something to say: those of a figure, and those with a `tooltip` channel. */
export function pointsOf(view: View, figures: readonly Figure[]): Point[] {
	const [left, top] = view.origin() as [number, number];
	const padding = view.padding() as { left: number; top: number };
	const { root } = view.scenegraph() as unknown as { root: Mark };
	return walk(root, left + padding.left, top + padding.top, figures);
}

function walk({ marktype, role, items }: Mark, x: number, y: number, figures: readonly Figure[]): Point[] {
	return items.flatMap((item) => {
		const [atX, atY] = [x + (item.x ?? 0), y + (item.y ?? 0)];
		if (item.items) return item.items.flatMap((mark) => walk(mark, atX, atY, figures));
		if (marktype !== 'symbol' || role !== 'mark') return [];
		const content = contentFor(item, figures);
		return content ? [{ x: atX, y: atY, color: item.stroke ?? item.fill ?? 'currentColor', content }] : [];
	});
}

function contentFor({ tooltip, datum }: Item, figures: readonly Figure[]): TipContent | undefined {
	if (tooltip !== undefined && tooltip !== null) return contentOf(tooltip);
	const own = figures.filter(({ mult, label }) => mult === datum?.mult && label === datum?.label);
	// Where settings share a picture, multiplier and label name several figures.
	return own.length === 1 ? figureContent(own[0]!) : undefined;
}
