import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needsShared, shared, tinyModel } from '../../../test/shared-fixtures.js';
import type { Intervention } from '../../interventions/index.js';
import { HookedModel } from '../hooked-model.js';
import { uniformFor } from '../seed.js';
import type { BatchRequest, ChosenToken, FinishReason } from './batch-request.js';
import type { ContinuousBatch } from './continuous-batch.js';

const greedy = { temperature: 0, topK: 0, topP: 1 };
/** Logits of one row in different batches differ by rounding; two tokens this close may change places. */
const MARGIN = 1e-3;
const models = ['organism', tinyModel('onnx-genai'), tinyModel('onnx-optimum')].filter(
	(name) => name === 'organism' || existsSync(name),
);

interface Written {
	tokens: ChosenToken[];
	finish?: [FinishReason, number];
}

function request(ids: readonly number[], more: Partial<BatchRequest> = {}, replies = 1) {
	const written: Written[] = Array.from({ length: replies }, () => ({ tokens: [] }));
	const made: BatchRequest = {
		ids,
		interventions: [],
		maxNewTokens: 12,
		sampling: greedy,
		stopIds: new Set(),
		topLogprobs: 2,
		...more,
		replies: written.map((each, i) => ({
			uniform: uniformFor('test', i),
			onToken: (token) => {
				each.tokens.push(token);
				return false;
			},
			onFinish: (...finish) => {
				each.finish = finish;
			},
		})),
	};
	return { made, written };
}

const idsOf = ({ tokens }: Written) => tokens.map(({ id }) => id);
/** Up to the first token that was a close call. */
const sure = ({ tokens }: Written) => {
	const unsure = tokens.findIndex(({ top }) => top![0]!.logprob - top![1]!.logprob < MARGIN);
	return (unsure === -1 ? tokens : tokens.slice(0, unsure)).map(({ id }) => id);
};

describe.each(models)('a continuous batch of %s', (name) => {
	let model: HookedModel;
	let batch: ContinuousBatch;
	beforeAll(async () => {
		model = await HookedModel.load(name);
		batch = await model.openBatch({ maxRows: 6, maxWaiting: 40 });
	});
	afterAll(async () => {
		await batch.close();
		await model.release();
	});

	const steering = (layer: number, size: number, toks: Intervention['toks']): Intervention => ({
		point: { layer, site: 'resid_post' },
		vector: Float32Array.from({ length: model.info.width }, (_, i) => size * Math.sin(layer * 100 + i)),
		toks,
	});

	it('gives each request the reply that it gets alone, whatever runs beside it and whenever it came', async () => {
		const arrival = fc.record({
			ids: fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 40 }),
			maxNewTokens: fc.integer({ min: 1, max: 12 }),
			replies: fc.integer({ min: 1, max: 3 }),
			layer: fc.integer({ min: 0, max: 3 }),
			size: fc.constantFrom(0, 0.3, -0.5),
			toks: fc.constantFrom(null, 'before' as const, 'after' as const),
			/** How many tokens somebody else writes before this one comes. */
			after: fc.integer({ min: 0, max: 12 }),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(arrival, { minLength: 2, maxLength: 7 }), async (arrivals) => {
				const requests = arrivals.map(({ ids, maxNewTokens, replies, layer, size, toks }) => {
					const interventions = size === 0 ? [] : [steering(layer, size, toks)];
					return request(ids, { maxNewTokens, interventions }, replies);
				});
				let seen = 0;
				const order = [...arrivals.keys()].sort((a, b) => arrivals[a]!.after - arrivals[b]!.after);
				const running: Promise<unknown>[] = [];
				const arrive = () => {
					while (order.length > 0 && arrivals[order[0]!]!.after <= seen) {
						running.push(batch.submit(requests[order.shift()!]!.made));
					}
				};
				const clock = request([1, 2, 3], { maxNewTokens: 13 });
				clock.made.replies[0]!.onToken = () => {
					seen++;
					arrive();
					return false;
				};
				await batch.submit(clock.made);
				await Promise.all(running);
				expect(running).toHaveLength(arrivals.length);
				for (const { made, written } of requests) {
					const rows = [{ ids: made.ids, interventions: made.interventions, uniform: () => 0 }];
					const options = { maxNewTokens: made.maxNewTokens, sampling: greedy, stopIds: made.stopIds };
					const [alone] = await model.generate(rows, options);
					for (const each of written) {
						expect(sure(each)).toEqual(alone!.slice(0, sure(each).length));
						expect(each.finish).toEqual(['length', made.maxNewTokens]);
					}
				}
			}),
			{ numRuns: 8 },
		);
	});

	it('a vector of zeros is the plain model to the last bit', async () => {
		const ids = [5, 6, 7, 8];
		const plain = request(ids);
		const zero = request(ids, { interventions: [steering(1, 0, null)] });
		await batch.submit(plain.made);
		await batch.submit(zero.made);
		expect(zero.written).toEqual(plain.written);
	});

	it('a row whose numbers are not finite fails by itself', async () => {
		const [good, alone] = [request([9, 8, 7]), request([9, 8, 7])];
		const huge = { vector: new Float32Array(model.info.width).fill(3e38), toks: 'after' as const };
		const overflow = [1, 2].map((layer) => ({ ...huge, point: { layer, site: 'resid_post' as const } }));
		const bad = request([9, 8, 7], { interventions: overflow }, 2);
		const [kept, failed] = await Promise.allSettled([batch.submit(good.made), batch.submit(bad.made)]);
		expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'ERR_FAILED' } });
		expect(kept.status).toBe('fulfilled');
		await batch.submit(alone.made);
		expect(idsOf(good.written[0]!)).toEqual(idsOf(alone.written[0]!));
		expect(batch.load).toMatchObject({ rows: 0, waiting: 0 });
	});

	it('reads a prompt once for all its replies, and a beginning that it knows not again', async () => {
		const shared = Array.from({ length: 60 }, (_, i) => 1 + ((i * 7) % 400));
		const first = request([...shared, 11, 12], { maxNewTokens: 3 }, 3);
		const before = { ...model.work };
		expect(await batch.submit(first.made)).toEqual({ cachedTokens: 0 });
		expect(model.work.tokens - before.tokens).toBe(62 + 2 * 3);
		const between = { ...model.work };
		const second = request([...shared, 21, 22, 23], { maxNewTokens: 1 });
		expect(await batch.submit(second.made)).toEqual({ cachedTokens: 60 });
		expect(model.work.tokens - between.tokens).toBe(3);
		const steered = request([...shared, 31, 32], { interventions: [steering(2, 1, 'before')], maxNewTokens: 1 });
		expect(await batch.submit(steered.made)).toEqual({ cachedTokens: 0 });
		const after = request([...shared, 31, 32], { interventions: [steering(2, 1, 'after')], maxNewTokens: 1 });
		expect(await batch.submit(after.made)).toEqual({ cachedTokens: 60 });
	});

	it('frees the rows of a request that is given up, running or waiting', async () => {
		const abort = new AbortController();
		const running = request([1, 2], { maxNewTokens: 1000, signal: abort.signal }, 6);
		const waiting = request([3, 4], { maxNewTokens: 1000, signal: abort.signal }, 6);
		const next = request([5, 6], { maxNewTokens: 2 });
		const ends = [running, waiting, next].map(({ made }) => batch.submit(made));
		running.made.replies[5]!.onToken = () => {
			abort.abort(new Error('hung up'));
			return false;
		};
		const settled = await Promise.allSettled(ends);
		expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
		expect(waiting.written[0]!.tokens).toEqual([]);
		expect(next.written[0]!.finish).toEqual(['length', 2]);
		expect(batch.load).toMatchObject({ rows: 0, waiting: 0 });
	});

	it('refuses what is too much at once, and what never fits', async () => {
		const many = Array.from({ length: 41 }, () => batch.submit(request([1], { maxNewTokens: 1 }).made));
		const ends = await Promise.allSettled(many);
		expect(ends.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: 'ERR_BUSY' } }]);
		const usage = { code: 'ERR_USAGE' };
		await expect(batch.submit(request([]).made)).rejects.toMatchObject(usage);
		await expect(batch.submit(request([1], {}, 7).made)).rejects.toMatchObject(usage);
		await expect(batch.submit(request([1], { maxNewTokens: 1e9 }).made)).rejects.toMatchObject(usage);
		// Times a mask of zero it would still be no number, in other rows too.
		const infinite = { ...steering(0, 1, null), vector: new Float32Array(model.info.width).fill(Infinity) };
		await expect(batch.submit(request([1], { interventions: [infinite] }).made)).rejects.toMatchObject(usage);
		const narrow = { point: { layer: 0, site: 'resid_post' as const }, vector: new Float32Array(3), toks: null };
		await expect(batch.submit(request([1], { interventions: [narrow] }).made)).rejects.toMatchObject({
			code: 'ERR_MISMATCH',
		});
	});

	it('keeps to its memory: who would make the cache too large waits', async () => {
		const limits = { maxRows: 6, kvBytes: (batch.limits.kvBytes / batch.tokenLimit) * 120, prefixBytes: 0 };
		const small = await model.openBatch(limits);
		expect(small.tokenLimit).toBe(120);
		let most = 0;
		const sizes = [20, 40, 110, 20, 20, 60, 20, 20];
		const requests = sizes.map((size) => request([1, 2, 3, 4], { maxNewTokens: size - 4 }));
		const running = new Set<number>();
		for (const [i, { made }] of requests.entries()) {
			made.replies[0]!.onToken = () => {
				running.add(i);
				most = Math.max(most, running.size * Math.max(...[...running].map((each) => sizes[each]!)));
				return false;
			};
			const { onFinish } = made.replies[0]!;
			made.replies[0]!.onFinish = (...finish) => {
				running.delete(i);
				onFinish(...finish);
			};
		}
		await Promise.all(requests.map(({ made }) => small.submit(made)));
		expect(most).toBeLessThanOrEqual(120);
		expect(most).toBeGreaterThan(60);
		expect(requests.map(({ written }) => written[0]!.finish)).toEqual(sizes.map((size) => ['length', size - 4]));
		await small.close();
	});

	it('follows a constraint, skips what is certain, and ends with it', async () => {
		const path = [[3, 4], [7], [8], [9]];
		let at = 0;
		const { made, written } = request([1, 2, 3]);
		made.replies[0]!.constraint = {
			allowed: () => path[at]!,
			advance: (id) => {
				expect(path[at]).toContain(id);
				at++;
			},
			forced: () => (at === 1 ? [7, 8, 9] : undefined),
			get finished() {
				return at === path.length;
			},
		};
		const before = model.work.runs;
		await batch.submit(made);
		expect(model.work.runs - before).toBe(1);
		const [first, ...rest] = written[0]!.tokens;
		expect(rest.map(({ id, logprob }) => [id, logprob])).toEqual([
			[7, 0],
			[8, 0],
			[9, 0],
		]);
		expect(written[0]!.finish).toEqual(['stop', 4]);
		expect(first!.top!.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 5);
	});
});

it.skipIf(needsShared)(
	`in fast precision a lone reply has the numbers that it has beside others${needsShared}`,
	async () => {
		const model = await HookedModel.load(join(shared, 'models/smollm2-135m-int4'), { precision: 'fast' });
		const batch = await model.openBatch();
		const prompts = [[5, 6, 7, 8], [400, 3, 20], [9], [17, 18, 19, 20, 21, 22]];
		const [alone, together] = [prompts, prompts].map((all) => all.map((ids) => request(ids, { maxNewTokens: 5 })));
		for (const { made } of alone!) await batch.submit(made);
		await Promise.all(together!.map(({ made }) => batch.submit(made)));
		expect(together!.map(({ written }) => written)).toEqual(alone!.map(({ written }) => written));
		await batch.close();
		await model.release();
	},
);

it('a batch that is closed ends what runs and takes nothing more', async () => {
	const model = await HookedModel.load('organism');
	const batch = await model.openBatch();
	const { made } = request([1, 2, 3], { maxNewTokens: 1000 });
	const end = batch.submit(made);
	const closed = batch.close();
	await expect(end).rejects.toMatchObject({ code: 'ERR_ABORTED' });
	await closed;
	await expect(batch.submit(request([1]).made)).rejects.toMatchObject({ code: 'ERR_ABORTED' });
	await model.release();
});
