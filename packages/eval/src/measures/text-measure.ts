import type { MeasureName } from '@steering/core/artifacts';
import type { NeutralExchange } from '@steering/core/datasets';
import type { Intervention } from '@steering/core/interventions';
import type { HookedModel } from '@steering/core/model';
import type { Unit } from './bootstrap.js';
import { dataOf } from './data-hash.js';
import { type ReplyRow, replyRow, requireFits } from './reply-rows.js';
import type { RunOptions, SteeredMeasure } from './steered-measure.js';
import { crossEntropy, klDivergence } from './token-distribution.js';

/**
 * Perplexity of a neutral text, and how far the distribution of each of its tokens lies from the unsteered model's:
 * D_KL(P_unsteered || P_steered), in nats a token, the direction of Li et al. 2023 (ITI, arXiv 2306.03341) and Arditi et al. 2024 (arXiv 2406.11717). The texts are
 * replies to plain requests, so that `toks` means what it means while sampling; the reply's tokens count, the prompt's do not.
 */
export function textMeasure(exchanges: readonly NeutralExchange[], file: string): SteeredMeasure {
	const needsPlain = (names: readonly MeasureName[]) => names.includes('kl');
	return {
		names: ['ppl', 'kl'],
		unit: 'exchange',
		data: dataOf(file, exchanges),
		runs: (names, variants) => exchanges.length * (variants + (needsPlain(names) ? 1 : 0)),
		run: async (model, variants, names, options) => {
			const rows = exchanges.map(({ prompt, text }) => replyRow(prompt, text, model.tokenizer));
			for (const { ids } of rows) requireFits(model, ids.length, `an exchange of ${file}`);
			const all = needsPlain(names) ? [[], ...variants] : variants;
			const means = await replyMeans(model, rows, all, { ...options, kl: needsPlain(names) });
			const steered = needsPlain(names) ? means.slice(1) : means;
			const unitsOf = (pick: (mean: ReplyMean) => number) =>
				steered.map((byRow) =>
					byRow.map(
						(mean, row): Unit => ({ key: exchanges[row]!.prompt, value: pick(mean), weight: rows[row]!.reply.length }),
					),
				);
			const picks = { ppl: (mean: ReplyMean) => mean.nats, kl: (mean: ReplyMean) => mean.kl };
			const wanted = (['ppl', 'kl'] as const).filter((name) => names.includes(name));
			return new Map(wanted.map((name) => [name, unitsOf(picks[name])]));
		},
	};
}

/** Of one reply under one variant, means over its tokens. */
export interface ReplyMean {
	/** -log p of the token, in nats. */
	nats: number;
	/** From the first variant's distribution; 0 where it was not asked for. */
	kl: number;
}

/** Per variant and row; a row without a reply has means of 0. */
export async function replyMeans(
	model: HookedModel,
	rows: readonly ReplyRow[],
	variants: readonly (readonly Intervention[])[],
	{ kl = false, ...options }: RunOptions & { kl?: boolean } = {},
): Promise<ReplyMean[][]> {
	const means = variants.map(() => rows.map((): ReplyMean => ({ nats: 0, kl: 0 })));
	await model.visitLogits({
		...{ rows, variants, ...options },
		onLogits: ({ variant, row, place, logits, first }) => {
			const { reply } = rows[row]!;
			const mean = means[variant]![row]!;
			mean.nats += crossEntropy(logits, reply[place]!) / reply.length;
			if (kl && variant > 0) mean.kl += klDivergence(first, logits) / reply.length;
		},
	});
	return means;
}
