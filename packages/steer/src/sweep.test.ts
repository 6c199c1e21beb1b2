import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSteerPrompts, resolveDataRoot } from '@steering/core/datasets';
import { HookedModel } from '@steering/core/model';
import { defaultLayer } from '@steering/core/model-defaults';
import { parseSettings, type SettingsInput } from '@steering/core/settings';
import { generateVectors } from '@steering/generate-vectors';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { chooseMethod } from './methods/choose-method.js';
import { Sweep } from './sweep.js';

const settingsOf = (input: Partial<SettingsInput> = {}) =>
	parseSettings({ model: 'organism', layer: defaultLayer('organism', false), ...input });
const [PROMPTS, REPEATS, TOKENS] = [2, 3, 6];

let vectors: string;
let root: string;
let model: HookedModel;
beforeAll(async () => {
	vectors = mkdtempSync(join(tmpdir(), 'sweep-vectors-'));
	for (const input of [{}, { leace: 'quad' as const }]) {
		await generateVectors({ settings: settingsOf(input), root: vectors });
	}
	model = await HookedModel.load('organism', { precision: 'fast', threads: 1 });
});
beforeEach(() => {
	root = mkdtempSync(join(vectors, 'artifacts-'));
});
afterAll(async () => {
	await model.release();
	rmSync(vectors, { recursive: true });
});

/** What a command with these multipliers asks of the model, stopped after so many finished prompts. */
async function run(
	mults: readonly number[],
	input: Partial<SettingsInput> = {},
	{ stopAfter = Number.POSITIVE_INFINITY, batch = 64 } = {},
) {
	const settings = settingsOf(input);
	const dataRoot = resolveDataRoot({ model: settings.model });
	const prompts = await loadSteerPrompts({ behavior: settings.behavior, num: PROMPTS, root: dataRoot });
	const method = await chooseMethod({ settings, model, root: vectors, dataRoot }, { trivial: false, bias: false });
	const abort = new AbortController();
	let units = 0;
	const onProgress = () => {
		units++;
		if (units === stopAfter) abort.abort(new Error('stopped'));
	};
	const options = {
		settings,
		mults,
		root,
		batch,
		repeats: REPEATS,
		maxNewTokens: TOKENS,
		signal: abort.signal,
		onProgress,
	};
	const sweep = new Sweep(options, model, method, prompts);
	const files = [];
	for (const mult of mults) files.push(await sweep.file(mult));
	const before = { ...model.work };
	await sweep.run(files.filter(({ missing }) => missing > 0));
	const work = { runs: model.work.runs - before.runs, tokens: model.work.tokens - before.tokens };
	return { work, units, bytes: files.map(({ path }) => readFileSync(join(root, path), 'latin1')) };
}

it('all multipliers are one batch: as many runs as for one of them, and prompts are read once', async () => {
	const one = await run([1]);
	rmSync(root, { recursive: true });
	const two = await run([-1, 1]);
	expect(two.work.runs).toBe(one.work.runs);
	expect(two.bytes[1]).toBe(one.bytes[0]);
	// Every reply is at most TOKENS long, the first of which comes with the prompt.
	const rows = 2 * PROMPTS * REPEATS;
	expect(two.work.tokens - one.work.tokens).toBeLessThanOrEqual(rows * (TOKENS - 1));
	expect([one.units, two.units]).toEqual([2 * PROMPTS, 2 * 2 * PROMPTS]);
});

it('multipliers that need other maps are other batches, and share a map where they can', async () => {
	const together = await run([-2, -1, 0, 1, 2], { leace: 'quad' });
	rmSync(root, { recursive: true });
	const runs: number[] = [];
	for (const [i, mult] of [-2, -1, 0, 1, 2].entries()) {
		const { work, bytes } = await run([mult], { leace: 'quad' });
		runs.push(work.runs);
		expect(bytes[0]).toBe(together.bytes[i]);
	}
	expect(together.work.runs).toBe(runs[0]! + runs[2]! + runs[4]!);
});

it('a sweep that was stopped ends with the bytes of one that was not, and goes on where it was', async () => {
	const whole = await run([-1, 1]);
	rmSync(root, { recursive: true });
	await expect(run([-1, 1], {}, { stopAfter: 3, batch: 4 })).rejects.toThrow('stopped');
	const rest = await run([-1, 1]);
	expect(rest.bytes).toEqual(whole.bytes);
	// Those that ended in the same step as the third were kept, too.
	expect(rest.units).toBeLessThanOrEqual(whole.units - 3);
	expect(rest.work.tokens).toBeLessThan(whole.work.tokens);
});
