import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gguf, type Value, type WrittenTensor } from '../../test/gguf-writer.js';
import {
	type ApplyFixture,
	largestDifference,
	needsShared,
	numbers,
	readJson,
	type Tensors,
	tensorsOf,
} from '../../test/shared-fixtures.js';
import { tinyParts } from '../../test/tiny-gguf.js';
import { fromFloat16, toFloat16 } from '../checkpoints/float16.js';
import { fitScrub, HookedModel } from '../model/index.js';
import { noWork } from '../model/open-session.js';
import { type BuildOptions, type BuiltModel, buildModel, type Quant } from './index.js';

/** Of issue and SPEC: float32 on float32. */
const TOLERANCE = 1e-4;

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'build-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

type Parts = { keys: Record<string, Value>; tensors: Record<string, WrittenTensor> };

function build(parts: Parts, name: string, options: Partial<BuildOptions> = {}) {
	const source = join(dir, `${name}.gguf`);
	writeFileSync(source, gguf(parts.keys, parts.tensors));
	return buildModel({ source, output: join(dir, name), ...options });
}

async function built(parts: Parts, name: string, quant: Quant): Promise<HookedModel> {
	return HookedModel.load((await build(parts, name, { quant })).folder, { threads: 1 });
}

const floats = ({ bytes }: WrittenTensor) => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const asBytes = (data: Float32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

describe.skipIf(needsShared)(`a graph built from a GGUF file of the tiny model${needsShared}`, () => {
	let parts: Parts;
	let prompts: ApplyFixture['prompts'];
	let reference: Tensors;
	beforeEach(async () => {
		parts = await tinyParts();
		({ prompts } = readJson<ApplyFixture>('fixtures/tiny/apply/apply.json'));
		reference = await tensorsOf('fixtures/tiny/apply/unsteered.safetensors');
	});
	const vocab = 512;
	const expected = (prompt: number, start: number, end: number) =>
		numbers(reference, `logits.p${prompt}`).subarray(start * vocab, end * vocab);
	/** Rows of many lengths: prefixes of the prompts, whose logits are those of the whole. */
	const rowsOf = (count: number) =>
		Array.from({ length: count }, (_, i) => {
			const prompt = i % prompts.length;
			const ids = prompts[prompt]!.full_ids;
			return { prompt, ids: ids.slice(0, ids.length - 3 * i) };
		});

	it.each([1, 8])("has PyTorch's logits in a batch of %i, right-padded, without cache", async (count) => {
		const model = await built(parts, 'tiny', 'none');
		const rows = rowsOf(count);
		const logits = await model.forward(rows, 'all');
		for (const [r, { prompt, ids }] of rows.entries()) {
			expect(largestDifference(logits[r]!, expected(prompt, 0, ids.length))).toBeLessThan(TOLERANCE);
		}
		await model.release();
	});

	it.each([1, 8])("has PyTorch's logits in a batch of %i, right-padded, with its KV cache", async (count) => {
		const model = await built(parts, 'tiny', 'none');
		const rows = rowsOf(count);
		const steps = 10;
		const position = rows.map(({ ids }) => ids.length - steps - 1);
		let worst = 0;
		await model.generate(
			rows.map(({ ids }) => ({ ids: ids.slice(0, -steps), interventions: [], uniform: () => 0 })),
			{
				maxNewTokens: steps,
				stopIds: new Set(),
				sampling: { temperature: 0, topK: 0, topP: 1 },
				// Each row is led along its reference text.
				onLogits: (r, logits) => {
					const { prompt, ids } = rows[r]!;
					const at = position[r]!++;
					worst = Math.max(worst, largestDifference(logits, expected(prompt, at, at + 1)));
					logits[ids[at + 1] ?? 0] = 1e6;
				},
			},
		);
		expect(position).toEqual(rows.map(({ ids }) => ids.length - 1));
		expect(worst).toBeLessThan(TOLERANCE);
		await model.release();
	});

	it('gives activations at every hook point', async () => {
		const model = await built(parts, 'tiny', 'none');
		const acts = await tensorsOf('fixtures/tiny/acts/prompts.safetensors');
		const { examples } = readJson<{ examples: { token_ids: number[]; positive: boolean }[] }>(
			'fixtures/tiny/acts/prompts.json',
		);
		const first = examples.find(({ positive }) => positive)!;
		const points = Array.from({ length: 4 }, (_, layer) => ({ layer, site: 'resid_post' as const }));
		const captured = await model.capture([first.token_ids], points);
		const rows = numbers(acts, 'pos_first_all_layers');
		for (const [layer, row] of captured.entries()) {
			expect(largestDifference(row, rows.subarray(layer * 64, (layer + 1) * 64))).toBeLessThan(TOLERANCE);
		}
		await model.release();
	});

	/** The tensors with their matrices rounded to float16. */
	const rounded = (): Parts => {
		const tensors = Object.entries(parts.tensors).map(([name, tensor]): [string, WrittenTensor] => {
			if (tensor.shape.length === 1) return [name, tensor];
			return [name, { ...tensor, bytes: asBytes(Float32Array.from(toFloat16(floats(tensor)), fromFloat16)) }];
		});
		return { ...parts, tensors: Object.fromEntries(tensors) };
	};

	it('stored in float16, is the graph of the rounded weights, in half the bytes', async () => {
		const half = await built(parts, 'half', 'f16');
		const whole = await built(rounded(), 'whole', 'none');
		const rows = rowsOf(3);
		const [a, b] = [await half.forward(rows, 'all'), await whole.forward(rows, 'all')];
		for (const [r, logits] of a.entries()) expect(largestDifference(logits, b[r]!)).toBeLessThan(1e-5);
		const size = (name: string) => readFileSync(join(dir, name, 'model.onnx.data')).length;
		expect(size('half') / size('whole')).toBeLessThan(0.7);
		await half.release();
		await whole.release();
	});

	it('stored in float16, can be cut into the sub-layers that scrubbing fits', async () => {
		const halves = await build(parts, 'half', { quant: 'f16' });
		const wholes = await build(rounded(), 'whole', { quant: 'none' });
		const fit = ({ folder }: BuiltModel) =>
			fitScrub({
				...{ path: join(folder, 'model.onnx'), layers: 4, mult: 1, method: 'leace' },
				positives: prompts.map(({ full_ids }) => full_ids),
				negatives: prompts.map(({ full_ids }) => full_ids.slice(0, -4)),
				session: { precision: 'exact', threads: 1, work: noWork() },
			});
		const [a, b] = [await fit(halves), await fit(wholes)];
		expect(a).toHaveLength(8);
		for (const [i, { vector }] of a.entries()) {
			expect(largestDifference(vector, b[i]!.vector)).toBeLessThan(TOLERANCE);
			expect(vector.some((value) => Math.abs(value) > 10 * TOLERANCE)).toBe(true);
		}
	});

	it('a head that is not there is the embedding, in float32 and float16', async () => {
		const { 'output.weight': _, ...headless } = parts.tensors;
		const copied = { ...parts.tensors, 'output.weight': parts.tensors['token_embd.weight']! };
		for (const quant of ['none', 'f16'] as const) {
			const tied = await built({ ...parts, tensors: headless }, `tied-${quant}`, quant);
			const untied = await built({ ...parts, tensors: copied }, `untied-${quant}`, quant);
			expect(tied.info).toMatchObject({ layers: 4, width: 64, vocab });
			const [a, b] = [await tied.forward(rowsOf(1)), await untied.forward(rowsOf(1))];
			expect(largestDifference(a[0]!, b[0]!)).toBe(0);
			const heads = (name: string) => readFileSync(join(dir, name, 'config.json'), 'utf8');
			expect(JSON.parse(heads(`tied-${quant}`)).tie_word_embeddings).toBe(true);
			await tied.release();
			await untied.release();
		}
	});

	it('scales rotary frequencies by rope_freqs.weight', async () => {
		const ones = asBytes(new Float32Array(8).fill(1));
		const factors = asBytes(Float32Array.from({ length: 8 }, (_, i) => 1 + i));
		const logits = async (name: string, tensors: Parts['tensors']) => {
			const model = await built({ ...parts, tensors }, name, 'none');
			const [row] = await model.forward(rowsOf(1));
			await model.release();
			return row!;
		};
		const plain = await logits('plain', parts.tensors);
		const same = await logits('same', { ...parts.tensors, 'rope_freqs.weight': { shape: [8], bytes: ones } });
		const scaled = await logits('scaled', { ...parts.tensors, 'rope_freqs.weight': { shape: [8], bytes: factors } });
		expect(largestDifference(plain, same)).toBe(0);
		expect(largestDifference(plain, scaled)).toBeGreaterThan(0.01);
	});

	it("writes the checkpoint's configuration and ends of a turn", async () => {
		const { folder } = await build(parts, 'tiny');
		const written = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
		const own = readJson<Record<string, unknown>>('fixtures/tiny/model/config.json');
		const { eos_token_id, ...rest } = written;
		expect(own).toMatchObject(rest);
		expect(eos_token_id).toEqual([508, 511]);
		const generation = JSON.parse(readFileSync(join(folder, 'generation_config.json'), 'utf8'));
		expect(generation).toEqual({ bos_token_id: 507, eos_token_id: [508, 511] });
	});

	describe('the folder', () => {
		it('appears whole: until then there is no model, and what a killed build left goes', async () => {
			mkdirSync(join(dir, 'tiny.building'));
			writeFileSync(join(dir, 'tiny.building', 'left'), '');
			const seen: unknown[] = [];
			const onProgress = () => seen.push([existsSync(join(dir, 'tiny')), readdirSync(join(dir, 'tiny.building'))]);
			await build(parts, 'tiny', { onProgress });
			const files = [
				'config.json',
				'generation_config.json',
				'model.onnx.data',
				'tokenizer.json',
				'tokenizer_config.json',
			];
			expect(new Set(seen.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify([false, files])]));
			expect(readdirSync(dir).sort()).toEqual(['tiny', 'tiny.gguf']);
			expect(readdirSync(join(dir, 'tiny'))).toEqual(['model.onnx', 'model.onnx.manifest.json', ...files].sort());
		});

		it('does not appear when the build is stopped', async () => {
			const stop = new AbortController();
			const stopped = build(parts, 'tiny', { signal: stop.signal, onProgress: () => stop.abort(new Error('stopped')) });
			await expect(stopped).rejects.toThrow('stopped');
			expect(readdirSync(dir)).toEqual(['tiny.gguf']);
		});

		it('is used as it is by the same build, replaced only with overwrite, and never if no build made it', async () => {
			expect(await build(parts, 'tiny')).toEqual({ folder: join(dir, 'tiny'), built: true, notes: [] });
			expect(await build(parts, 'tiny')).toMatchObject({ built: false });
			const wrong = {
				code: 'ERR_USAGE',
				message: expect.stringContaining('built from another file, or in another way'),
			};
			await expect(build(parts, 'tiny', { quant: 'none' })).rejects.toMatchObject(wrong);
			expect(await build(parts, 'tiny', { quant: 'none', overwrite: true })).toMatchObject({ built: true });
			expect(readdirSync(dir).sort()).toEqual(['tiny', 'tiny.gguf']);
			mkdirSync(join(dir, 'own'));
			expect(await build(parts, 'own')).toMatchObject({ built: true });
			rmSync(join(dir, 'own'), { recursive: true });
			mkdirSync(join(dir, 'own'));
			writeFileSync(join(dir, 'own', 'thesis.tex'), 'mine');
			const refused = { code: 'ERR_USAGE', message: expect.stringContaining('no build made it') };
			await expect(build(parts, 'own', { overwrite: true })).rejects.toMatchObject(refused);
			expect(readFileSync(join(dir, 'own', 'thesis.tex'), 'utf8')).toBe('mine');
		});

		it('without a chat template says so', async () => {
			const { 'tokenizer.chat_template': _, ...keys } = parts.keys;
			const { notes } = await build({ ...parts, keys }, 'tiny');
			expect(notes).toEqual([expect.stringContaining('has no chat template')]);
		});
	});
});
