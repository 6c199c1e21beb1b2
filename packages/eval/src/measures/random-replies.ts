import type { Manifest, ResponseItem } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import type { Intervention } from '@steering/core/interventions';
import { type HookedModel, replyRows } from '@steering/core/model';
import { DEFAULT_BATCH } from '@steering/core/model-defaults';
import { z } from 'zod';

const samplingSchema = z.looseObject({
	temperature: z.number(),
	topK: z.number(),
	topP: z.number(),
	maxNewTokens: z.int().min(1),
	repeats: z.int().min(1),
});
export type ReplySampling = z.output<typeof samplingSchema> & { seed: number };

/** How the replies of a file were sampled. @throws SteeringError ERR_MISMATCH when its manifest does not say */
export function samplingOf(manifest: Manifest | undefined, path: string): ReplySampling {
	const sampling = samplingSchema.safeParse(manifest?.sampling);
	if (sampling.success) return { ...sampling.data, seed: manifest?.seed ?? 0 };
	throw new SteeringError('ERR_MISMATCH', `how the replies in ${path} were sampled is not known`, {
		hint: 'their random baseline is sampled in the same way: leave out fluency, or --baseline',
	});
}

/** Replies to the same prompts, with the same draws, under other interventions. */
export async function sampleReplies(
	model: HookedModel,
	items: readonly ResponseItem[],
	{ seed, repeats, maxNewTokens, temperature, topK, topP }: ReplySampling,
	{ interventions, mult, signal }: { interventions: Intervention[]; mult: number; signal?: AbortSignal | undefined },
): Promise<ResponseItem[]> {
	const rows = items.flatMap(({ prompt }) => {
		const ids = model.tokenizer.encodeChat([{ role: 'user', content: prompt }]);
		return replyRows({ prompt, ids }, interventions, { seed, repeats, mult });
	});
	const sampling = { temperature, topK, topP };
	const neverAlone = model.info.rowsAreIndependent;
	const replies = await model.generate(rows, { maxNewTokens, sampling, signal, maxRows: DEFAULT_BATCH, neverAlone });
	const texts = replies.map((reply) => model.tokenizer.decode(reply));
	return items.map(({ prompt }, i) => ({ prompt, responses: texts.slice(i * repeats, (i + 1) * repeats) }));
}
