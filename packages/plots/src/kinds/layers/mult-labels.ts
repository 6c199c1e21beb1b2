import type { LineLabel } from '../../drawing/line-labels.js';
import type { LineStyle, Theme } from '../../drawing/theme.js';

/** Lines that are named; between them colours say the multiplier. */
const MOST_LABELS = 13;
/** Pixels from one to the next in the key. */
const KEY_STEP = 22;

export interface StyledMult {
	mult: number;
	style: LineStyle;
}

/** With its sign: "+1.5". */
export const multWords = (mult: number) =>
	`${mult > 0 ? '+' : mult < 0 ? '−' : ''}${Number(Math.abs(mult).toPrecision(4))}`;

/** In the order of multipliers: at their ends, past the layers that matter, lines lie on each other. */
export function multLabels(lines: readonly StyledMult[], { ink }: Theme): LineLabel[] {
	const step = Math.ceil(lines.length / MOST_LABELS);
	const above = lines.filter(({ mult }) => mult > 0).reverse();
	const below = lines.filter(({ mult }) => mult <= 0);
	// From the outermost inwards, so that the largest are always named.
	const every = (some: StyledMult[]) => some.filter((_, index) => index % step === 0);
	const named = [...every(above), ...every(below).reverse()];
	return named.map(({ mult, style }, index) => {
		return { text: multWords(mult), style, ink: ink.text, height: (index + 0.5) * KEY_STEP };
	});
}
