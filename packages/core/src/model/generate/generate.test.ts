import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needsShared, tinyModel } from '../../../test/shared-fixtures.js';
import type { Intervention } from '../../interventions/index.js';
import { HookedModel } from '../hooked-model.js';
import { uniformFor } from '../seed.js';
import type { GenerateRow } from './generate.js';

const sampling = { temperature: 1, topK: 20, topP: 1 };
const models = ['organism', ...(needsShared ? [] : [tinyModel('onnx-genai')])];

describe.each(models)('rows of %s that are written together', (name) => {
	let model: HookedModel;
	beforeAll(async () => {
		model = await HookedModel.load(name, { threads: 1 });
	});
	afterAll(() => model.release());

	const steering = (layer: number, size: number, toks: Intervention['toks']): Intervention => ({
		point: { layer, site: 'resid_post' },
		vector: Float32Array.from({ length: model.info.width }, (_, i) => size * Math.sin(layer * 100 + i)),
		toks,
	});

	it('get the replies that they get whatever else is written, in whatever order they join', async () => {
		const prompt = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 30 });
		const variant = fc.record({
			layer: fc.integer({ min: 1, max: 3 }),
			size: fc.constantFrom(0, 0.5, -1),
			toks: fc.constantFrom(null, 'before' as const, 'after' as const),
		});
		const sweep = fc.record({
			prompts: fc.array(prompt, { minLength: 1, maxLength: 4 }),
			variants: fc.array(variant, { minLength: 1, maxLength: 3 }),
			repeats: fc.integer({ min: 1, max: 3 }),
			maxRows: fc.integer({ min: 1, max: 9 }),
			part: fc.array(fc.boolean(), { minLength: 36, maxLength: 36 }),
			maxNewTokens: fc.integer({ min: 1, max: 9 }),
		});
		await fc.assert(
			fc.asyncProperty(sweep, async ({ prompts, variants, repeats, maxRows, part, maxNewTokens }) => {
				const interventions = variants.map(({ layer, size, toks }) => [steering(layer, size, toks)]);
				const rows = () =>
					prompts.flatMap((ids, p) =>
						interventions.flatMap((each, v) =>
							Array.from({ length: repeats }, (_, r): GenerateRow => {
								return { ids, interventions: each, uniform: uniformFor(0, `${p}`, r, `${v}`) };
							}),
						),
					);
				// Some tokens end a reply, so that rows leave at different times.
				const options = { maxNewTokens, sampling, stopIds: new Set([...Array(60).keys()]), neverAlone: true };
				const all = await model.generate(rows(), options);
				expect(await model.generate(rows(), { ...options, maxRows })).toEqual(all);
				const resumed = [...all.keys()].filter((row) => part[row]);
				const again = await model.generate(
					resumed.map((row) => rows()[row]!),
					{ ...options, maxRows },
				);
				expect(again).toEqual(resumed.map((row) => all[row]));
			}),
			{ numRuns: 25 },
		);
	});

	it('read a prompt once for all multipliers and repeats, and each token of a reply once', async () => {
		const ids = [3, 4, 5, 6, 7, 8];
		const variants = [-1, 0, 0.5, 1].map((size) => [steering(2, size, null)]);
		const rows = variants.flatMap((interventions) => [1, 2, 3].map(() => ({ ids, interventions, uniform: () => 0.5 })));
		const before = { ...model.work };
		await model.generate(rows, { maxNewTokens: 5, sampling, stopIds: new Set() });
		expect(model.work.tokens - before.tokens).toBe(ids.length + 12 * 4);
		expect(model.work.runs - before.runs).toBe(5);
	});

	it('read a prompt up to its last token once where its reply alone is steered', async () => {
		const ids = [3, 4, 5, 6, 7, 8];
		const variants = [-1, 0.5, 1].map((size) => [steering(2, size, 'after')]);
		const rows = variants.flatMap((interventions) => [1, 2].map(() => ({ ids, interventions, uniform: () => 0.5 })));
		const before = { ...model.work };
		const late = await model.generate(rows, { maxNewTokens: 5, sampling, stopIds: new Set() });
		expect(model.work.tokens - before.tokens).toBe(5 + 3 + 6 * 4);
		// A vector of zeros on all tokens changes how the prompt is read, and nothing else.
		const whole = await model.generate(
			rows.map(({ interventions, ...row }) => ({
				...row,
				interventions: [...interventions, { ...steering(1, 0, null) }],
			})),
			{ maxNewTokens: 5, sampling, stopIds: new Set() },
		);
		expect(late).toEqual(whole);
	});

	it('take the places of those that are done, at once', async () => {
		const interventions = [steering(2, 0.3, null)];
		const prompts = [
			[5, 6, 7],
			[5, 6, 8],
		];
		const rows = Array.from({ length: 12 }, (_, r) => {
			return { ids: prompts[r % 2]!, interventions, uniform: uniformFor(0, 'x', r, '0') };
		});
		const before = model.work.runs;
		const done: number[] = [];
		const replies = await model.generate(rows, {
			...{ maxNewTokens: 6, maxRows: 4, sampling, stopIds: new Set([...Array(100).keys()]) },
			onReply: (row, ids) => {
				done[row] = ids.length;
			},
		});
		expect(done).toEqual(replies.map(({ length }) => length));
		expect(new Set(done).size).toBeGreaterThan(1);
		expect(model.work.runs - before).toBe(1 + stepsOf(done, 4));
	});

	it('are nothing when there are none', async () => {
		expect(await model.generate([], { maxNewTokens: 3, sampling })).toEqual([]);
	});
});

/** Steps of a batch that is never less than full while rows wait; the first token of each comes with its prompt. */
function stepsOf(lengths: readonly number[], maxRows: number): number {
	const waiting = lengths.map((length) => length - 1).filter((steps) => steps > 0);
	let active: number[] = [];
	let steps = 0;
	while (waiting.length > 0 || active.length > 0) {
		active.push(...waiting.splice(0, maxRows - active.length));
		active = active.map((left) => left - 1).filter((left) => left > 0);
		steps++;
	}
	return steps;
}
