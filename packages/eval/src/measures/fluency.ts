import type { MeasureName, ResponseItem } from '@steering/core/artifacts';
import type { HookedModel } from '@steering/core/model';
import type { Unit } from './bootstrap.js';
import { repetition } from './repetition.js';
import { replyRow, requireFits } from './reply-rows.js';
import type { RunOptions } from './steered-measure.js';
import { replyMeans } from './text-measure.js';

export const FLUENCY_NAMES = ['repetition', 'self_ppl'] as const satisfies MeasureName[];

/**
 * Of replies, a unit a prompt: the share of repeated 4-grams (mean over its replies), and the nats a token that the plain model
 * gives them, each after its prompt, over all the prompt's tokens. Equal replies to a prompt are read once.
 */
export async function fluency(
	model: HookedModel,
	items: readonly ResponseItem[],
	options: RunOptions = {},
): Promise<Map<MeasureName, Unit[]>> {
	const distinct = items.flatMap(({ prompt, responses }, item) =>
		[...new Set(responses)].map((reply) => ({ item, reply, row: replyRow(prompt, reply, model.tokenizer) })),
	);
	for (const { row, item } of distinct) requireFits(model, row.ids.length, `a reply to prompt ${item + 1}`);
	const read = distinct.filter(({ row }) => row.reply.length > 0);
	const [means = []] = await replyMeans(
		model,
		read.map(({ row }) => row),
		[[]],
		options,
	);
	const nats = new Map(read.map(({ item, reply }, i) => [keyOf(item, reply), means[i]!.nats]));
	const tokens = new Map(distinct.map(({ item, reply, row }) => [keyOf(item, reply), row.reply]));
	const units = { repetition: [] as Unit[], self_ppl: [] as Unit[] };
	for (const [item, { prompt, responses }] of items.entries()) {
		const replies = responses.map((reply) => {
			const ids = tokens.get(keyOf(item, reply))!;
			return { ids, nats: nats.get(keyOf(item, reply)) ?? 0 };
		});
		const weight = replies.reduce((sum, { ids }) => sum + ids.length, 0);
		const total = replies.reduce((sum, reply) => sum + reply.nats * reply.ids.length, 0);
		const repeated = replies.reduce((sum, { ids }) => sum + repetition(ids), 0);
		units.repetition.push({
			...{ key: prompt, value: replies.length > 0 ? repeated / replies.length : 0 },
			weight: replies.length > 0 ? 1 : 0,
		});
		units.self_ppl.push({ key: prompt, value: weight > 0 ? total / weight : 0, weight });
	}
	return new Map(FLUENCY_NAMES.map((name) => [name, units[name]]));
}

const keyOf = (item: number, reply: string) => `${item} ${reply}`;
