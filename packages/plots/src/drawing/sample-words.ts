import type { Figure } from '../responses/figures.js';

/** What means are of: "Mean over 50 harmful and 50 harmless prompts, 5 replies each". */
export function sampleWords(figures: readonly Figure[]): string {
	const labels = [...new Set(figures.map(({ label }) => label))];
	const groups = labels.map((label) => {
		const counts = range(figures.filter((figure) => figure.label === label).map(({ prompts }) => prompts));
		return label ? `${counts} ${label}` : labels.length > 1 ? `${counts} judged` : counts;
	});
	const replies = figures.flatMap((figure) => figure.replies);
	const prompts = groups.at(-1) === '1' ? 'prompt' : 'prompts';
	const each = Math.max(...replies) === 1 ? 'reply' : 'replies';
	return `Mean over ${groups
		.slice(0, -2)
		.map((group) => `${group}, `)
		.join('')}${groups.slice(-2).join(' and ')} ${prompts}, ${range(replies)} ${each} each`;
}

function range(counts: readonly number[]): string {
	const [low, high] = [Math.min(...counts), Math.max(...counts)];
	return low === high ? `${low}` : `${low}–${high}`;
}
