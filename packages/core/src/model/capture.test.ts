import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { longestArray } from '../../test/longest-array.js';
import type { HookPoint } from '../onnx/index.js';
import type { CapturedBatch } from './capture.js';
import { HookedModel } from './hooked-model.js';

const POINTS: HookPoint[] = [
	{ layer: 0, site: 'mlp_out' },
	{ layer: 2, site: 'resid_post' },
];

let model: HookedModel;
beforeAll(async () => {
	model = await HookedModel.load('organism');
});
afterAll(() => model.release());

/** Prompts of 3 to 42 tokens; what they say does not matter. */
const promptsOf = (count: number) =>
	Array.from({ length: count }, (_, i) => Array.from({ length: 3 + ((7 * i) % 40) }, (_, t) => 1 + ((i + t) % 100)));

it('batches hold each prompt once, and the rows that all at once gives', async () => {
	await fc.assert(
		fc.asyncProperty(fc.nat(40), async (count) => {
			const prompts = promptsOf(count);
			const whole = await model.capture(prompts, POINTS);
			const seen: number[] = [];
			const { width } = model.info;
			await model.visitActivations(prompts, POINTS, ({ prompts: rows, activations }) => {
				seen.push(...rows);
				expect(activations).toHaveLength(POINTS.length);
				for (const [p, data] of activations.entries()) {
					expect(data).toHaveLength(rows.length * width);
					for (const [r, row] of rows.entries()) {
						const expected = whole[p]!.subarray(row * width, (row + 1) * width);
						expect(data.subarray(r * width, (r + 1) * width)).toEqual(expected);
					}
				}
			});
			expect([...seen].sort((a, b) => a - b)).toEqual(prompts.map((_, i) => i));
			const lengths = seen.map((row) => prompts[row]!.length);
			expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
		}),
		{ numRuns: 10 },
	);
});

it('as many rows are held of 640 prompts as of 128', async () => {
	const held = async (count: number) => {
		const rows: number[] = [];
		const visit = ({ prompts }: CapturedBatch) => {
			rows.push(prompts.length);
		};
		const prompts = Array.from({ length: count }, (_, i) => Array<number>(8).fill(1 + (i % 100)));
		const longest = await longestArray(() => model.visitActivations(prompts, POINTS, visit));
		return { most: Math.max(...rows), longest };
	};
	const few = await held(128);
	expect(few.most).toBeLessThan(128);
	expect(few.longest).toBeLessThanOrEqual(few.most * model.info.width);
	expect(await held(640)).toEqual(few);
});

it('waits for the visitor, and stops where it fails', async () => {
	const events: string[] = [];
	const visit = async ({ prompts }: CapturedBatch) => {
		events.push(`batch of ${prompts.length}`);
		await new Promise((resolve) => setImmediate(resolve));
		events.push('taken');
		if (events.length === 5) throw new Error('full');
	};
	const onProgress = (done: number) => events.push(`${done} done`);
	await expect(
		model.visitActivations([[1], Array(300).fill(2), Array(300).fill(3)], POINTS, visit, { onProgress }),
	).rejects.toThrow('full');
	expect(events).toMatchInlineSnapshot(`
		[
		  "batch of 1",
		  "taken",
		  "1 done",
		  "batch of 1",
		  "taken",
		]
	`);
});

it('of no prompts shows nothing', async () => {
	await model.visitActivations([], POINTS, () => expect.unreachable());
	expect(await model.capture([], POINTS)).toEqual([new Float32Array(0), new Float32Array(0)]);
});
