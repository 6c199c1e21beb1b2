import type { Figure } from './figures.js';

/** The figures as rows of a table, to four decimals; multipliers with all of their digits. */
export function figureRows(figures: readonly Figure[]): Record<string, string | number>[] {
	return figures.map(({ mult, label, mean, q25, q75, prompts, replies: [fewest, most] }) => ({
		multiplier: mult,
		prompts: label ?? 'all',
		mean: rounded(mean),
		'25%': rounded(q25),
		'75%': rounded(q75),
		n: prompts,
		replies: fewest === most ? most : `${fewest}-${most}`,
	}));
}

const rounded = (value: number) => value.toFixed(4);
