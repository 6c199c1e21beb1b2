import type { Figure } from '../src/responses/figures.js';
import type { Label } from '../src/responses/scored-prompts.js';

/** A figure of a line that rises with the multiplier: for pictures whose figures are not what is tested. */
export function risingFigure(mult: number, label: Label | null): Figure {
	const shift = label === 'harmful' ? 1 : label === 'harmless' ? -1 : 0;
	const share = 1 / (1 + Math.exp(-2 * (mult + shift)));
	const top = label ? 1 : 10;
	const [q25, q75] = [Math.max(0, share - 0.1) * top, Math.min(1, share + 0.1) * top];
	return { mult, label, mean: share * top, q25, q75, prompts: 50, replies: [10, 10], examples: [] };
}
