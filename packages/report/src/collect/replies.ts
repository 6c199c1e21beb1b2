import type { ReportReplies } from '../report-data.js';
import type { ReadExperiment } from './read-experiments.js';

const LABELS = ['harmful', 'harmless'];

/** All replies as columns, in the order of experiments, multipliers, prompts and repeats. */
export function repliesOf(experiments: readonly ReadExperiment[]): ReportReplies {
	const prompts = new Numbering();
	const texts = new Numbering();
	const rows: ReportReplies['rows'] = {
		...{ experiment: [], mult: [], prompt: [], repeat: [], label: [], text: [], score: [] },
	};
	for (const [experiment, { files }] of experiments.entries()) {
		for (const { mult, items } of files) {
			for (const { prompt, label, responses, scores, num_scores } of items) {
				for (const [repeat, response] of responses.entries()) {
					const score = scores?.[repeat] ?? num_scores?.[repeat] ?? null;
					rows.experiment.push(experiment);
					rows.mult.push(mult);
					rows.prompt.push(prompts.of(prompt));
					rows.repeat.push(repeat);
					rows.label.push(label ? LABELS.indexOf(label) : -1);
					rows.text.push(texts.of(response));
					rows.score.push(score === null ? null : Number(score));
				}
			}
		}
	}
	return { prompts: prompts.values, texts: texts.values, labels: LABELS, rows };
}

/** Numbers different strings in the order they come. */
class Numbering {
	readonly values: string[] = [];
	readonly #numbers = new Map<string, number>();

	of(value: string): number {
		const known = this.#numbers.get(value);
		if (known !== undefined) return known;
		this.#numbers.set(value, this.values.length);
		return this.values.push(value) - 1;
	}
}
