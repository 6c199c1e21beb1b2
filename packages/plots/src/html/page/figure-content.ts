import type { PictureFigure } from '../../picture/picture.js';
import type { TipContent } from './tip.js';

/** The most replies shown with a point. */
const MAX_EXAMPLES = 2;

/** A figure in words: rates as percentages, judges' scores as numbers. */
export function figureContent(figure: PictureFigure): TipContent {
	const { of, mult, label, mean, q25, q75, prompts, replies, examples } = figure;
	const score = (value: number) => (label === null ? value.toFixed(2) : `${(100 * value).toFixed(1)}%`);
	const [fewest, most] = replies;
	return {
		title: [of, `Multiplier ${String(mult).replace('-', '−')}`, `${label ?? 'all'} prompts`]
			.filter(Boolean)
			.join(' · '),
		rows: [
			[label === null ? 'Mean score' : 'Mean refusal rate', score(mean)],
			['25–75% band', `${score(q25)} – ${score(q75)}`],
			['Prompts', String(prompts)],
			['Replies each', fewest === most ? String(most) : `${fewest}–${most}`],
		],
		examples: examples.slice(0, MAX_EXAMPLES),
	};
}
