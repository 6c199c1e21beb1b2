/** Browsers cut elements off at some 17 to 33 million pixels: a longer list scrolls faster than the wheel instead. */
export const MAX_CANVAS = 12_000_000;

/** Rows of one height, one of them taller while it is expanded. Pixels. */
export interface RowLayout {
	rows: number;
	rowHeight: number;
	/** Position in the list; -1: none. */
	expanded: number;
	expandedHeight: number;
	/** Height of what is seen of the list. */
	viewport: number;
}

const extra = ({ expanded, expandedHeight, rowHeight }: RowLayout) => (expanded < 0 ? 0 : expandedHeight - rowHeight);

export const listHeight = (layout: RowLayout): number => layout.rows * layout.rowHeight + extra(layout);

export const canvasHeight = (layout: RowLayout): number => Math.min(listHeight(layout), MAX_CANVAS);

export const rowTop = (layout: RowLayout, index: number): number =>
	index * layout.rowHeight + (layout.expanded >= 0 && index > layout.expanded ? extra(layout) : 0);

export const rowHeight = (layout: RowLayout, index: number): number =>
	index === layout.expanded ? layout.expandedHeight : layout.rowHeight;

/** Pixels of list per pixel of scrolling: 1 but for lists beyond `MAX_CANVAS`. */
function scale(layout: RowLayout): number {
	const [list, canvas] = [listHeight(layout), canvasHeight(layout)];
	return list === canvas ? 1 : (list - layout.viewport) / (canvas - layout.viewport);
}

export const scrollToList = (layout: RowLayout, scrollTop: number): number => scrollTop * scale(layout);
export const listToScroll = (layout: RowLayout, y: number): number => y / scale(layout);

/** Index of the row at `y` of the list. */
export function rowAt(layout: RowLayout, y: number): number {
	const { expanded, rowHeight: height, rows } = layout;
	const below = expanded >= 0 && y >= rowTop(layout, expanded) + height;
	const index = below ? Math.max(expanded, Math.floor((y - extra(layout)) / height)) : Math.floor(y / height);
	return Math.max(0, Math.min(rows - 1, index));
}

/** First and last row to draw, with some rows around them; last < first where there are none. */
export function visibleRows(layout: RowLayout, listTop: number, around = 3): [number, number] {
	if (layout.rows === 0) return [0, -1];
	const last = rowAt(layout, listTop + layout.viewport) + around;
	return [Math.max(0, rowAt(layout, listTop) - around), Math.min(layout.rows - 1, last)];
}

/** Where to scroll the list so that a row is wholly in view, moving as little as may be. */
export function listTopShowing(layout: RowLayout, index: number, listTop: number): number {
	const top = rowTop(layout, index);
	const bottom = top + rowHeight(layout, index);
	if (top < listTop || bottom - top > layout.viewport) return top;
	return bottom > listTop + layout.viewport ? bottom - layout.viewport : listTop;
}
