import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
	ARCHITECTURES,
	architectureFolder,
	type Expected,
	expectedOf,
	SHARED,
	SITES,
} from '../../test/architecture-fixtures.js';
import { architectureGguf } from '../../test/architecture-gguf.js';
import { largestDifference, needsShared, numbers, readJson, tensorsOf } from '../../test/shared-fixtures.js';
import { HookedModel } from '../model/index.js';
import { buildModel, type Quant } from './index.js';

/** Float32 on float32. */
const TOLERANCE = 1e-4;
/** What a fact must change to count as shown. */
const VISIBLE = 1e-2;

let dir: string;
beforeAll(() => {
	dir = mkdtempSync(join(tmpdir(), 'architectures-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

let made = 0;
/** The model built from a fixture's folder, whose config.json may be changed. */
async function built(name: string, change: Record<string, unknown> = {}, quant: Quant = 'none'): Promise<HookedModel> {
	const source = architectureFolder(name, join(dir, `source-${made++}`));
	const config = JSON.parse(readFileSync(join(source, 'config.json'), 'utf8'));
	writeFileSync(join(source, 'config.json'), JSON.stringify({ ...config, ...change }));
	const { folder } = await buildModel({ source, output: join(dir, `model-${made}`), quant });
	return HookedModel.load(folder, { threads: 1 });
}

async function using<T>(model: Promise<HookedModel>, work: (model: HookedModel) => Promise<T>): Promise<T> {
	const loaded = await model;
	try {
		return await work(loaded);
	} finally {
		await loaded.release();
	}
}

async function worstLogits(model: HookedModel, { prompts, logits }: Expected): Promise<number> {
	const all = await model.forward(
		prompts.map((ids) => ({ ids })),
		'all',
	);
	return Math.max(...all.map((row, i) => largestDifference(row, logits[i]!)));
}

/** Runs each row along its text, token by token, from different starts. */
async function worstWithCache(model: HookedModel, { prompts, logits }: Expected, count: number): Promise<number> {
	const { vocab } = model.info;
	const rows = Array.from({ length: count }, (_, i) => ({ at: i % prompts.length, start: 1 + (i % 3) }));
	const position = rows.map(({ start }) => start - 1);
	const used = new Set(prompts.flat());
	const end = Array.from({ length: vocab }, (_, id) => id).find((id) => !used.has(id))!;
	let worst = 0;
	await model.generate(
		rows.map(({ at, start }) => ({ ids: prompts[at]!.slice(0, start), interventions: [], uniform: () => 0 })),
		{
			maxNewTokens: Math.max(...prompts.map((ids) => ids.length)),
			stopIds: new Set([end]),
			sampling: { temperature: 0, topK: 0, topP: 1 },
			onLogits: (r, row) => {
				const { at } = rows[r]!;
				const here = position[r]!++;
				worst = Math.max(worst, largestDifference(row, logits[at]!.subarray(here * vocab, (here + 1) * vocab)));
				row[prompts[at]![here + 1] ?? end] = 1e6;
			},
		},
	);
	expect(position).toEqual(rows.map(({ at }) => prompts[at]!.length));
	return worst;
}

describe.skipIf(needsShared)(`the tiny model of the shared fixtures, built from safetensors${needsShared}`, () => {
	it.each([1, 8])("has PyTorch's logits in a batch of %i, with and without its KV cache", async (count) => {
		const expected = await expectedOf(SHARED);
		await using(built(SHARED), async (model) => {
			expect(await worstLogits(model, expected)).toBeLessThan(TOLERANCE);
			expect(await worstWithCache(model, expected, count)).toBeLessThan(TOLERANCE);
		});
	});

	it("has PyTorch's activations after each layer", async () => {
		const acts = await tensorsOf('fixtures/tiny/acts/prompts.safetensors');
		const { examples } = readJson<{ examples: { token_ids: number[]; positive: boolean }[] }>(
			'fixtures/tiny/acts/prompts.json',
		);
		const first = examples.find(({ positive }) => positive)!;
		await using(built(SHARED), async (model) => {
			const { layers, width } = model.info;
			const points = Array.from({ length: layers }, (_, layer) => ({ layer, site: 'resid_post' as const }));
			const captured = await model.capture([first.token_ids], points);
			const rows = numbers(acts, 'pos_first_all_layers');
			expect(rows).toHaveLength(layers * width);
			for (const [layer, row] of captured.entries()) {
				expect(largestDifference(row, rows.subarray(layer * width, (layer + 1) * width))).toBeLessThan(TOLERANCE);
			}
		});
	});
});

describe.each(ARCHITECTURES)('%s, built from safetensors', (name) => {
	let expected: Expected;
	beforeAll(async () => {
		expected = await expectedOf(name);
	});

	it("has PyTorch's logits in a batch of 8, right-padded, and alone", async () => {
		await using(built(name), async (model) => {
			expect(await worstLogits(model, expected)).toBeLessThan(TOLERANCE);
			for (const i of expected.prompts.keys()) {
				const alone = { prompts: [expected.prompts[i]!], logits: [expected.logits[i]!] };
				expect(await worstLogits(model, { ...expected, ...alone })).toBeLessThan(TOLERANCE);
			}
		});
	});

	it.each([1, 8])("has PyTorch's logits with its KV cache in a batch of %i", async (count) => {
		await using(built(name), async (model) => {
			expect(await worstWithCache(model, expected, count)).toBeLessThan(TOLERANCE);
		});
	});

	it('gives what attention and MLP add to the stream, and the stream after each layer', async () => {
		await using(built(name), async (model) => {
			const layers = Array.from({ length: model.info.layers }, (_, layer) => layer);
			for (const site of SITES) {
				const points = layers.map((layer) => ({ layer, site }));
				const captured = await model.capture(expected.prompts, points);
				for (const [layer, rows] of captured.entries()) {
					expect(largestDifference(rows, expected.layer(site, layer))).toBeLessThan(TOLERANCE);
				}
			}
		});
	});

	it('reads a prompt once below the first of several vectors', async () => {
		await using(built(name), async (model) => {
			const ids = expected.prompts[0]!;
			const rows = [0.5, 1, -1].map((size) => {
				const vector = Float32Array.from({ length: model.info.width }, (_, i) => size * Math.cos(i));
				const point = { layer: model.info.layers - 1, site: 'resid_mid' as const };
				return { ids, interventions: [{ point, vector, toks: null }], uniform: () => 0 };
			});
			const options = {
				...{ maxNewTokens: 4, stopIds: new Set<number>(), neverAlone: true },
				sampling: { temperature: 0, topK: 0, topP: 1 },
			};
			const together = await model.generate(rows, options);
			expect(model.work.tokens).toBe(ids.length + rows.length * 3);
			const alone = [];
			for (const row of rows) alone.push((await model.generate([row], options))[0]);
			expect(together).toEqual(alone);
		});
	});

	it('is steered as PyTorch is, at what attention and MLP add and at the stream', async () => {
		await using(built(name), async (model) => {
			const { vector, logits } = expected.steered!;
			for (const site of SITES) {
				const interventions = [{ point: { layer: 1, site }, vector, toks: null }];
				const [row] = await model.forward([{ ids: expected.prompts[0]!, interventions }], 'all');
				expect(largestDifference(row!, logits[site])).toBeLessThan(TOLERANCE);
				expect(largestDifference(row!, expected.logits[0]!)).toBeGreaterThan(VISIBLE);
			}
		});
	});

	it('stored in float16, is nearly the same', async () => {
		await using(built(name, {}, 'f16'), async (model) => {
			expect(await worstLogits(model, expected)).toBeLessThan(0.05);
		});
	});
});

/** Facts of config.json, and what each is without. */
describe.each<[name: string, fact: string, change: Record<string, unknown>]>([
	['llama', 'stretched frequencies', { rope_scaling: null }],
	['mistral', 'a window', { sliding_window: null }],
	['qwen2-window', 'windows', { use_sliding_window: false }],
	['qwen2-window', 'windows from a layer on', { max_window_layers: 2 }],
	['phi3', 'a window', { sliding_window: null }],
	['phi3', 'the rotation of a part', { partial_rotary_factor: 1, rope_scaling: null }],
	['phi3', 'LongRoPE', { rope_scaling: null }],
	['gemma2', 'windows in every other layer', { sliding_window: null }],
	['gemma2', 'the scale of attention', { query_pre_attn_scalar: 16 }],
	['gemma2', 'the soft cap of attention', { attn_logit_softcapping: null }],
	['gemma2', 'the soft cap of logits', { final_logit_softcapping: null }],
	['gemma3', 'windows in five of six layers', { sliding_window: null }],
	['gemma3', 'the rotary base of local layers', { rope_local_base_freq: 100_000 }],
	['gemma3', 'stretched frequencies of global layers', { rope_scaling: null }],
])('%s without %s', (name, _, change) => {
	it('is another model', async () => {
		const expected = await expectedOf(name);
		await using(built(name, change), async (model) => {
			expect(await worstLogits(model, expected)).toBeGreaterThan(VISIBLE);
		});
	});
});

/** What llama.cpp's conversion leaves out: Mistral's window, and a scale of attention that is not the size of a head. */
const LEFT_OUT: Readonly<Record<string, Record<string, unknown>>> = {
	mistral: { sliding_window: null },
	gemma2: { query_pre_attn_scalar: 16 },
};

describe.each(ARCHITECTURES.filter((name) => name !== 'qwen2-window'))('%s, built from GGUF', (name) => {
	async function ofGguf(): Promise<HookedModel> {
		const source = join(dir, `${name}-${made++}.gguf`);
		writeFileSync(source, await architectureGguf(name));
		const { folder } = await buildModel({ source, output: join(dir, `model-${made}`), quant: 'none' });
		return HookedModel.load(folder, { threads: 1 });
	}

	/** PyTorch's numbers, or those of the graph from safetensors without what GGUF has no place for. */
	async function wanted(): Promise<Expected> {
		const expected = await expectedOf(name);
		const change = LEFT_OUT[name];
		if (change === undefined) return expected;
		return using(built(name, change), async (model) => {
			const rows = expected.prompts.map((ids) => ({ ids }));
			const captured = await model.capture(expected.prompts, points(model));
			return { ...expected, logits: await model.forward(rows, 'all'), layer: (_, layer) => captured[layer]! };
		});
	}
	const points = ({ info }: HookedModel) =>
		Array.from({ length: info.layers }, (_, layer) => ({ layer, site: 'resid_post' as const }));

	it('has the same logits, with and without its KV cache, and the same stream', async () => {
		const expected = await wanted();
		await using(ofGguf(), async (model) => {
			expect(await worstLogits(model, expected)).toBeLessThan(TOLERANCE);
			expect(await worstWithCache(model, expected, 8)).toBeLessThan(TOLERANCE);
			for (const [layer, rows] of (await model.capture(expected.prompts, points(model))).entries()) {
				expect(largestDifference(rows, expected.layer('resid_post', layer))).toBeLessThan(TOLERANCE);
			}
		});
	});
});
