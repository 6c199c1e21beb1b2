import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ggmlQuantised } from '../../test/ggml-blocks.js';
import { gguf, type Value, type WrittenTensor } from '../../test/gguf-writer.js';
import { type ApplyFixture, largestDifference, needsShared, readJson } from '../../test/shared-fixtures.js';
import { tinyParts } from '../../test/tiny-gguf.js';
import { HookedModel } from '../model/index.js';
import type { Precision } from '../onnx/index.js';
import { type BlockFormat, dequantiseRows, quantiseRows } from '../quantisation/index.js';
import { type BuildOptions, buildModel, QUANTS, type Rounding, type Scheme } from './index.js';

/** Of the same weights in float32: the order of sums differs. */
const SAME_WEIGHTS = 1e-4;
/**
 * How far the tiny model's logits may move in 4 and 8 bits, in the Euclidean norm and relative to theirs. Its weights are random:
 * 0.51 to 0.62 and 0.042 to 0.057 were seen, the search below round-to-nearest.
 */
const DRIFT = { q4: 0.7, q8: 0.07 };
/** The same for weights in float16, and for activations in int8 with weights in 4 bits. */
const DRIFT_FLOAT16 = 3e-3;
const DRIFT_FAST = 0.1;

type Tensors = Record<string, WrittenTensor>;

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'quant-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const isMatrix = ({ shape }: WrittenTensor) => shape.length === 2;
const isEnd = (name: string) => name === 'output.weight' || name === 'token_embd.weight';
const mapMatrices = (tensors: Tensors, map: (tensor: WrittenTensor, name: string) => WrittenTensor): Tensors =>
	Object.fromEntries(
		Object.entries(tensors).map(([name, tensor]) => [name, isMatrix(tensor) ? map(tensor, name) : tensor]),
	);
const floats = ({ bytes }: WrittenTensor) => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);

/** |a - b| / |b| */
function relativeDifference(a: readonly number[], b: readonly number[]): number {
	return Math.hypot(...a.map((x, i) => x - b[i]!)) / Math.hypot(...b);
}

/** What is left of a matrix that was stored in `format`. */
function rounded(tensor: WrittenTensor, format: BlockFormat, rounding: Rounding): WrittenTensor {
	const columns = tensor.shape[1]!;
	const numbers = dequantiseRows(quantiseRows(floats(tensor), columns, format, rounding), columns, format);
	return { shape: tensor.shape, bytes: new Uint8Array(numbers.buffer) };
}

describe.skipIf(needsShared)(`quantised graphs of the tiny model${needsShared}`, () => {
	let parts: { keys: Record<string, Value>; tensors: Tensors };
	let rows: { ids: number[] }[];
	beforeEach(async () => {
		parts = await tinyParts();
		rows = readJson<ApplyFixture>('fixtures/tiny/apply/apply.json').prompts.map(({ full_ids }) => ({ ids: full_ids }));
	});

	function build(tensors: Tensors, name: string, options: Partial<BuildOptions>) {
		const source = join(dir, `${name}.gguf`);
		writeFileSync(source, gguf(parts.keys, tensors));
		return buildModel({ source, output: join(dir, name), ...options });
	}

	/** Of all rows and positions, one after the other. */
	async function logits(
		tensors: Tensors,
		name: string,
		options: Partial<BuildOptions>,
		precision: Precision = 'exact',
	) {
		const { folder, notes } = await build(tensors, name, options);
		const model = await HookedModel.load(folder, { threads: 1, precision });
		const all = (await model.forward(rows, 'all')).flatMap((row) => [...row]);
		await model.release();
		return { all, notes };
	}

	const ways = (['asymmetric', 'symmetric'] as const).flatMap((scheme) =>
		(['search', 'nearest'] as const).flatMap((rounding) =>
			(['q4', 'q8'] as const).map((quant): ['q4' | 'q8', Scheme, Rounding] => [quant, scheme, rounding]),
		),
	);
	it.each(ways)(
		'%s, %s, %s: the logits of the rounded weights, near those of the whole',
		async (quant, scheme, rounding) => {
			const formatOf = (name: string): BlockFormat => ({
				bits: quant === 'q4' && !isEnd(name) ? 4 : 8,
				zeroPoints: scheme === 'asymmetric',
			});
			const left = mapMatrices(parts.tensors, (tensor, name) => rounded(tensor, formatOf(name), rounding));
			const quantised = await logits(parts.tensors, 'quantised', { quant, scheme, rounding });
			const expected = await logits(left, 'rounded', { quant: 'none' });
			expect(largestDifference(quantised.all, expected.all)).toBeLessThan(SAME_WEIGHTS);
			const whole = await logits(parts.tensors, 'whole', { quant: 'none' });
			const drift = relativeDifference(quantised.all, whole.all);
			expect(drift).toBeGreaterThan(SAME_WEIGHTS);
			expect(drift).toBeLessThan(DRIFT[quant]);
			expect(quantised.notes).toEqual([]);
		},
	);

	it('in fast, activations in int8 move the logits little further', async () => {
		const exact = await logits(parts.tensors, 'exact', { quant: 'q4' });
		const fast = await logits(parts.tensors, 'fast', { quant: 'q4' }, 'fast');
		const difference = relativeDifference(fast.all, exact.all);
		expect(difference).toBeGreaterThan(SAME_WEIGHTS);
		expect(difference).toBeLessThan(DRIFT_FAST);
	});

	it('a head that is not there is the embedding, in 8 bits, and lies in the file once', async () => {
		const { 'output.weight': _, ...headless } = parts.tensors;
		const copied = { ...parts.tensors, 'output.weight': parts.tensors['token_embd.weight']! };
		const tied = await logits(headless, 'tied', { quant: 'q4' });
		const untied = await logits(copied, 'untied', { quant: 'q4' });
		expect(largestDifference(tied.all, untied.all)).toBe(0);
		const size = (name: string) => statSync(join(dir, name, 'model.onnx.data')).size;
		// 512 tokens, 64 wide: codes, two scales of 4 bytes and two zero points a row.
		expect(size('untied') - size('tied')).toBeGreaterThanOrEqual(512 * (64 + 8 + 2));
	});

	it('blocks of Q4_0 and Q8_0 are kept without loss, also where q and k have their rows reordered', async () => {
		const tensors = mapMatrices(parts.tensors, (tensor, name) => ggmlQuantised(tensor, isEnd(name) ? 'Q8_0' : 'Q4_0'));
		const plain = await logits(tensors, 'plain', { quant: 'none' });
		for (const quant of ['auto', 'q4', 'q8'] as const) {
			const kept = await logits(tensors, quant, { quant });
			expect(largestDifference(kept.all, plain.all)).toBeLessThan(SAME_WEIGHTS);
			expect(kept.notes).toEqual(['quantised tensors of the file: 2 Q8_0 kept, 28 Q4_0 kept']);
		}
		const bytes = QUANTS.filter((quant) => quant !== 'none').map((quant) =>
			statData(quant === 'f16' ? 'plain' : quant),
		);
		expect(Math.max(...bytes)).toBe(statData('plain'));
	});

	const statData = (name: string) => statSync(join(dir, name, 'model.onnx.data')).size;

	it('blocks that no graph can have are stored in float16 by auto, and quantised anew by q4; both say so', async () => {
		const tensors = mapMatrices(parts.tensors, (tensor, name) => ggmlQuantised(tensor, isEnd(name) ? 'Q8_0' : 'Q4_1'));
		const plain = await logits(tensors, 'plain', { quant: 'none' });
		const auto = await logits(tensors, 'auto', { quant: 'auto' });
		expect(relativeDifference(auto.all, plain.all)).toBeLessThan(DRIFT_FLOAT16);
		expect(auto.notes).toEqual(['quantised tensors of the file: 2 Q8_0 kept, 28 Q4_1 in float16']);
		const anew = await logits(tensors, 'anew', { quant: 'q4' });
		expect(relativeDifference(anew.all, plain.all)).toBeLessThan(DRIFT.q4);
		expect(anew.notes).toEqual(['quantised tensors of the file: 2 Q8_0 kept, 28 Q4_1 quantised anew in 4 bits']);
	});

	it('may lie in several files, of which the session reads each', async () => {
		const one = await logits(parts.tensors, 'one', { quant: 'q4' });
		const limit = 70_000;
		const several = await logits(parts.tensors, 'several', { quant: 'q4', maxDataFileBytes: limit });
		expect(several.all).toEqual(one.all);
		const files = readdirSync(join(dir, 'several')).filter((name) => name.startsWith('model.onnx.data'));
		const names = files.map((_, i) => (i === 0 ? 'model.onnx.data' : `model.onnx.data.${i}`));
		expect(files.sort()).toEqual(names.sort());
		expect(files.length).toBeGreaterThan(5);
		for (const file of files) expect(statSync(join(dir, 'several', file)).size).toBeLessThanOrEqual(limit);
		expect(readdirSync(join(dir, 'one')).filter((name) => name.startsWith('model.onnx.data'))).toHaveLength(1);
	});

	it('the same file gives the same bytes', async () => {
		const bytes = await Promise.all(
			['a', 'b'].map(async (name) => {
				const { folder } = await build(parts.tensors, name, { quant: 'q4' });
				return readFileSync(join(folder, 'model.onnx.data'));
			}),
		);
		expect(bytes[0]!.equals(bytes[1]!)).toBe(true);
	});

	it.each<[number, BuildOptions['quant'], RegExp]>([
		[Number.NaN, 'q4', /model\.layers\.1\.mlp\.up_proj\.weight holds NaN, which is no weight$/],
		[Number.POSITIVE_INFINITY, 'none', /up_proj\.weight holds Infinity, which is no weight$/],
		[1e5, 'f16', /up_proj\.weight holds 100000, which is beyond float16 \(65504\)$/],
		[3e38, 'q8', /up_proj\.weight holds 3.*e\+38, with which products leave float32$/],
	])('a weight of %f is refused by %s, by name', async (number, quant, message) => {
		const numbers = Float32Array.from(floats(parts.tensors['blk.1.ffn_up.weight']!));
		numbers[77] = number;
		const bad = { ...parts.tensors['blk.1.ffn_up.weight']!, bytes: new Uint8Array(numbers.buffer) };
		const building = build({ ...parts.tensors, 'blk.1.ffn_up.weight': bad }, 'bad', { quant });
		await expect(building).rejects.toMatchObject({ code: 'ERR_BAD_FILE', message: expect.stringMatching(message) });
		expect(readdirSync(dir)).toEqual(['bad.gguf']);
	});

	it('a block whose scale is NaN is refused, by name', async () => {
		const bad = ggmlQuantised(parts.tensors['blk.1.ffn_up.weight']!, 'Q4_0');
		bad.bytes[1] = 0x7e;
		const building = build({ ...parts.tensors, 'blk.1.ffn_up.weight': bad }, 'bad', {});
		const message = expect.stringMatching(/up_proj\.weight holds NaN, which is no weight$/);
		await expect(building).rejects.toMatchObject({ code: 'ERR_BAD_FILE', message });
	});

	it.each<Partial<BuildOptions>>([{ scheme: 'symmetric' }, { quant: 'f16', rounding: 'nearest' }])(
		'options that nothing is quantised with are refused: %j',
		async (options) => {
			await expect(build(parts.tensors, 'tiny', options)).rejects.toMatchObject({ code: 'ERR_USAGE', exitCode: 2 });
			expect(readdirSync(dir)).toEqual(['tiny.gguf']);
		},
	);
});
