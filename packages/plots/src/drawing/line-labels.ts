import { pointMark } from './point-mark.js';
import { FONT_SIZE, type LineStyle, SIZE } from './theme.js';

/** Pixels from the plotting area's right edge to a label's text: the line's mark stands in between. */
export const LABEL_OFFSET = 34;
/** Pixels between the middles of two labels. */
const GAP = 20;

export interface LineLabel {
	text: string;
	style: LineStyle;
	/** Where the label wants to be: the height of the line's last point, in pixels from the top of the plotting area. */
	height: number;
}

/** Labels at the right edge instead of a legend, each at its line's height and with the line's mark. */
export function lineLabelLayers(
	labels: readonly LineLabel[],
	{ width, height }: { width: number; height: number } = SIZE,
): object[] {
	const wanted = labels.map((label) => label.height);
	const heights = separate(wanted, GAP, [0, Math.max(height, (labels.length - 1) * GAP)]);
	return labels.flatMap((label, index) => labelOf(label, width, heights[index]!));
}

function labelOf({ text, style }: LineLabel, width: number, height: number): object[] {
	const at = (x: number) => ({ x: { value: width + x }, y: { value: height } });
	const font = { type: 'text', align: 'left', baseline: 'middle', fontSize: FONT_SIZE.label, fontWeight: 600 };
	return [
		{ data: { values: [{}] }, mark: pointMark(style), encoding: at(22) },
		{ data: { values: [{}] }, mark: { ...font, text, color: style.color }, encoding: at(LABEL_OFFSET) },
	];
}

/**
 * Moves labels apart until neighbours are `gap` from each other, keeping their order and staying within `low`..`high`.
 * Pushed down from the first, then back up from the last: enough for the few lines of a picture.
 */
export function separate(wanted: readonly number[], gap: number, [low, high]: readonly [number, number]): number[] {
	const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]!);
	const placed = [...wanted];
	order.forEach((index, rank) => {
		const above = rank === 0 ? low - gap : placed[order[rank - 1]!]!;
		placed[index] = Math.max(placed[index]!, above + gap);
	});
	[...order].reverse().forEach((index, rank, reversed) => {
		const below = rank === 0 ? high + gap : placed[reversed[rank - 1]!]!;
		placed[index] = Math.min(placed[index]!, below - gap);
	});
	return placed;
}
