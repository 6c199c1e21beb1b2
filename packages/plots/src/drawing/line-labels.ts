import { pointMark } from './point-mark.js';
import { FONT_SIZE, type LineStyle, SIZE } from './theme.js';

/** Pixels from the plotting area's right edge to a label's text: the line's mark stands in between. */
export const LABEL_OFFSET = 34;
/** Pixels between the middles of two labels, and what each further line of text adds. */
const GAP = 20;
const LINE_HEIGHT = 16;

type Size = { width: number; height: number };

export interface LineLabel {
	/** One line of text, or several. */
	text: string | readonly string[];
	style: LineStyle;
	/** The text's colour, where the line's is too faint to read. */
	ink?: string | undefined;
	/** Where the label wants to be: the height of the line's last point, in pixels from the top of the plotting area. */
	height: number;
}

/** Labels at the right edge instead of a legend, each at its line's height and with the line's mark. */
export function lineLabelLayers(labels: readonly LineLabel[], { width, height }: Size = SIZE): object[] {
	const wanted = labels.map((label) => label.height);
	const gap = GAP + LINE_HEIGHT * (Math.max(...labels.map(({ text }) => linesOf(text).length)) - 1);
	const heights = separate(wanted, gap, [0, Math.max(height, (labels.length - 1) * gap)]);
	return labels.flatMap((label, index) => labelOf(label, width, heights[index]!));
}

const linesOf = (text: LineLabel['text']) => [text].flat() as string[];

function labelOf({ text, style, ink = style.color }: LineLabel, width: number, height: number): object[] {
	const at = (x: number) => ({ x: { value: width + x }, y: { value: height } });
	const font = { type: 'text', align: 'left', baseline: 'middle', fontSize: FONT_SIZE.label, fontWeight: 600 };
	const lines = linesOf(text);
	const words = lines.length === 1 ? { text: lines[0] } : { text: lines, lineHeight: LINE_HEIGHT };
	const dy = (-LINE_HEIGHT * (lines.length - 1)) / 2;
	return [
		{ data: { values: [{}] }, mark: pointMark(style), encoding: at(22) },
		{
			data: { values: [{}] },
			mark: { ...font, ...words, ...(dy ? { dy } : {}), color: ink },
			encoding: at(LABEL_OFFSET),
		},
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
