import type { ChoiceQuestion } from '@steering/core/datasets';
import { type LetterRow, letterRow, matchingProbability } from './answer-letters.js';
import type { Unit } from './bootstrap.js';
import { dataOf } from './data-hash.js';
import { requireFits } from './reply-rows.js';
import type { SteeredMeasure } from './steered-measure.js';

/** What counts of one question. */
const VALUES = {
	/** Rimsky et al. 2023 (arXiv 2312.06681): the probability of the matching letter, of the two. */
	ab: matchingProbability,
	/** Whether the right letter is the likelier of the two. */
	mmlu: (logits: Float32Array, { matching, other }: LetterRow) =>
		Number.isNaN(logits[matching]! - logits[other]!) ? Number.NaN : Number(logits[matching]! > logits[other]!),
};

export function choiceMeasure(
	name: keyof typeof VALUES,
	questions: readonly ChoiceQuestion[],
	file: string,
): SteeredMeasure {
	return {
		names: [name],
		unit: 'question',
		data: dataOf(file, questions),
		runs: (_, variants) => questions.length * variants,
		run: async (model, variants, _, options) => {
			const rows = questions.map((question) => letterRow(question, model.tokenizer));
			for (const { ids } of rows) requireFits(model, ids.length, `a question of ${file}`);
			const units = variants.map((): Unit[] => []);
			await model.visitLogits({
				...{ rows, variants, ...options },
				onLogits: ({ variant, row, logits }) => {
					const { key } = rows[row]!;
					units[variant]![row] = { key, value: VALUES[name](logits, rows[row]!), weight: 1 };
				},
			});
			return new Map([[name, units]]);
		},
	};
}

/** So many of them, evenly spread: files are sorted by category. Whole without a number. */
export function evenly<T>(items: readonly T[], number: number | undefined): readonly T[] {
	if (number === undefined || number >= items.length) return items;
	return Array.from({ length: number }, (_, i) => items[Math.floor((i * items.length) / number)]!);
}
