import { namedSettingsSchema, settingsFlags } from '@steering/core/settings';
import type { BestSetting, Experiment, ExperimentMult } from '../report-data.js';

/** Perplexity of neutral text, as a multiple of the unsteered model's, up to which a setting's cost is acceptable. */
export const MAX_PERPLEXITY_RATIO = 1.5;
/** The same bound on the divergence: on text of the model's own, KL is the log of that ratio. In nats a token. */
export const MAX_KL = Math.log(MAX_PERPLEXITY_RATIO);

interface Candidate {
	experiment: number;
	mult: number;
	effect: number;
	acceptable: boolean;
	tradeoff: string[];
}

/**
 * The best setting of each behavior, the strongest first: that with the largest change of a mean score against
 * multiplier 0 (of either label, where prompts are labelled) whose perplexity and KL, where they are measured, are
 * within the bounds above; of equals the multiplier nearest to 0, the positive one first. Behaviors for which nothing is
 * scored both steered and unsteered have none.
 */
export function bestSettings(experiments: readonly Experiment[]): BestSetting[] {
	const byBehavior = new Map<string, Candidate[]>();
	for (const [index, experiment] of experiments.entries()) {
		const behavior = String(experiment.settings.behavior ?? 'refusal');
		const candidates = candidatesOf(experiment, index);
		byBehavior.set(behavior, [...(byBehavior.get(behavior) ?? []), ...candidates]);
	}
	const best = [...byBehavior].flatMap(([behavior, candidates]) => {
		const [first] = candidates.sort(better);
		if (!first) return [];
		const { experiment, mult, effect, tradeoff } = first;
		return [{ behavior, experiment, mult, effect, tradeoff }];
	});
	// 0 to 1 and 0 to 10 are compared as shares.
	const share = ({ experiment, effect }: BestSetting) =>
		Math.abs(effect) / (experiments[experiment]?.scale === 'ten' ? 10 : 1);
	return best.sort((a, b) => share(b) - share(a) || (a.behavior < b.behavior ? -1 : 1));
}

function better(a: Candidate, b: Candidate): number {
	if (a.acceptable !== b.acceptable) return a.acceptable ? -1 : 1;
	const stronger = Math.abs(b.effect) - Math.abs(a.effect);
	// Means of the same scores in another order differ in the last bits.
	if (Math.abs(stronger) > 1e-9) return stronger;
	return Math.abs(a.mult) - Math.abs(b.mult) || b.mult - a.mult || a.experiment - b.experiment;
}

function candidatesOf({ mults, scale, settings }: Experiment, experiment: number): Candidate[] {
	const unsteered = mults.find(({ mult }) => mult === 0);
	if (!unsteered || unsteered.figures.length === 0) return [];
	return mults
		.filter(({ mult, figures }) => mult !== 0 && figures.length > 0)
		.map((steered) => {
			const cost = costOf(steered, unsteered);
			const changes = changesOf(steered, unsteered);
			const effect = changes.reduce((most, { change }) => (Math.abs(change) > Math.abs(most) ? change : most), 0);
			const scores = changes.map(
				({ label, from, to }) => `${label ?? 'mean score'}: ${shown(to, scale)}, from ${shown(from, scale)} unsteered`,
			);
			const phrases =
				cost.phrases.length > 0 ? cost.phrases : [`cost not measured: ${measureCommand(settings, steered.mult)}`];
			return { experiment, mult: steered.mult, effect, acceptable: cost.acceptable, tradeoff: [...scores, ...phrases] };
		});
}

function changesOf(steered: ExperimentMult, unsteered: ExperimentMult) {
	return steered.figures.flatMap(({ label, mean: to }) => {
		const from = unsteered.figures.find((figure) => figure.label === label)?.mean;
		return from === undefined ? [] : [{ label, from, to, change: to - from }];
	});
}

function costOf(steered: ExperimentMult, unsteered: ExperimentMult): { acceptable: boolean; phrases: string[] } {
	const phrases: string[] = [];
	let acceptable = true;
	const bounded = (within: boolean, phrase: string) => {
		acceptable &&= within;
		phrases.push(within ? phrase : `${phrase}: over the bound`);
	};
	const [ppl, from] = [measureOf(steered, 'ppl'), measureOf(unsteered, 'ppl')];
	if (ppl !== undefined && typeof from === 'number') {
		const value = ppl === null ? 'not finite' : ppl.toPrecision(3);
		bounded(
			ppl !== null && ppl <= MAX_PERPLEXITY_RATIO * from,
			`perplexity ${value}, from ${from.toPrecision(3)} unsteered`,
		);
	}
	const kl = measureOf(steered, 'kl');
	if (kl !== undefined) {
		const value = kl === null ? 'not finite' : `${kl.toPrecision(3)} nats a token`;
		bounded(kl !== null && kl <= MAX_KL, `KL ${value}`);
	}
	return { acceptable, phrases };
}

function measureCommand(settings: Experiment['settings'], mult: number): string {
	return `pnpm eval ${settingsFlags(namedSettingsSchema.parse(settings))} --mults 0 ${mult} --measure ppl kl`;
}

/** null: measured, and no finite number. */
function measureOf({ measures }: ExperimentMult, name: string): number | null | undefined {
	return measures.find((measure) => measure.name === name)?.value;
}

function shown(value: number, scale: Experiment['scale']): string {
	return scale === 'yes' ? `${(100 * value).toFixed(0)}% refused` : `${value.toFixed(2)} of 10`;
}
