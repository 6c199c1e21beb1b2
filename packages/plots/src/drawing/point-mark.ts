import type { LineStyle } from './theme.js';

/** The mark of a line's points; also stands before the line's label, as its key. @param scale of its diameter */
export function pointMark({ color, shape, fill, size }: LineStyle, scale = 1) {
	const stroke = { stroke: color, strokeWidth: 2 * scale };
	return { type: 'point', shape, size: size * scale ** 2, filled: false, ...stroke, fill, opacity: 1 };
}
