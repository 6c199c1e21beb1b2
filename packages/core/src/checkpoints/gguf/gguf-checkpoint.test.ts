import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gguf, uint32, uint64, type Value, type WrittenTensor } from '../../../test/gguf-writer.js';
import { readCheckpoint } from '../../../test/read-checkpoint.js';
import { buildModel } from '../../build/index.js';
import { SteeringError } from '../../errors/index.js';

const tensor = (...shape: number[]): WrittenTensor => ({
	shape,
	bytes: new Uint8Array(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5).buffer),
});

/** A model of one layer: width 4 and two heads of 16, the smallest that kernels take, five tokens. */
const keys: Record<string, Value> = {
	'general.architecture': { string: 'llama' },
	'llama.block_count': { uint32: 1 },
	'llama.context_length': { uint32: 8 },
	'llama.embedding_length': { uint32: 4 },
	'llama.feed_forward_length': { uint32: 6 },
	'llama.attention.head_count': { uint32: 2 },
	'llama.attention.head_count_kv': { uint32: 1 },
	'llama.attention.key_length': { uint32: 16 },
	'llama.attention.value_length': { uint32: 16 },
	'llama.attention.layer_norm_rms_epsilon': { float32: 1e-5 },
	'tokenizer.ggml.model': { string: 'gpt2' },
	'tokenizer.ggml.pre': { string: 'gpt-2' },
	'tokenizer.ggml.tokens': { strings: ['a', 'b', 'ab', '<s>', '</s>'] },
	'tokenizer.ggml.token_type': { int32s: [1, 1, 1, 3, 3] },
	'tokenizer.ggml.merges': { strings: ['a b'] },
	'tokenizer.ggml.eos_token_id': { uint32: 4 },
};
const tensors: Record<string, WrittenTensor> = {
	'token_embd.weight': tensor(5, 4),
	'output_norm.weight': tensor(4),
	'blk.0.attn_norm.weight': tensor(4),
	'blk.0.attn_q.weight': tensor(32, 4),
	'blk.0.attn_k.weight': tensor(16, 4),
	'blk.0.attn_v.weight': tensor(16, 4),
	'blk.0.attn_output.weight': tensor(4, 32),
	'blk.0.ffn_norm.weight': tensor(4),
	'blk.0.ffn_gate.weight': tensor(6, 4),
	'blk.0.ffn_up.weight': tensor(6, 4),
	'blk.0.ffn_down.weight': tensor(4, 6),
};
const sound = gguf(keys, tensors);
const without = <T>(record: Record<string, T>, key: string) =>
	Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));

let dir: string;
beforeAll(() => {
	dir = mkdtempSync(join(tmpdir(), 'gguf-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Builds, and checks that a failure is typed, names the file and leaves nothing; undefined: it was built. */
async function attempt(bytes: Uint8Array): Promise<SteeringError | undefined> {
	const source = join(dir, 'model.gguf');
	writeFileSync(source, bytes);
	const output = join(dir, 'out');
	const error = await buildModel({ source, output }).then(
		() => undefined,
		(error: unknown) => error,
	);
	rmSync(output, { recursive: true, force: true });
	expect(readdirSync(dir)).toEqual(['model.gguf']);
	if (error === undefined) return undefined;
	if (!(error instanceof SteeringError)) throw error;
	expect(error.message).not.toContain('\n');
	return error;
}

describe('a GGUF file', () => {
	it('of the smallest model is built', async () => {
		expect(await attempt(sound)).toBeUndefined();
	});

	it('of which rows are no whole blocks: those matrices are stored in float16, and said to be', async () => {
		const source = join(dir, 'model.gguf');
		writeFileSync(source, sound);
		const data = async (quant: 'q4' | 'f16') => {
			const { folder, notes } = await buildModel({ source, output: join(dir, quant), quant });
			const bytes = readFileSync(join(folder, 'model.onnx.data'));
			rmSync(folder, { recursive: true });
			return { bytes, notes };
		};
		const [q4, f16] = [await data('q4'), await data('f16')];
		// The embedding lies first: 5 rows of 4 numbers of two bytes.
		expect(q4.bytes.subarray(0, 40)).toEqual(f16.bytes.subarray(0, 40));
		// attn_output has rows of 32.
		const note = 'stored in float16, as their rows are no multiple of 32 numbers: 5 matrices';
		expect(q4.notes).toEqual([...f16.notes, note]);
	});

	it('of another architecture is refused, with those that are known', async () => {
		const error = await attempt(gguf({ ...keys, 'general.architecture': { string: 'mamba' } }, tensors));
		expect(error).toMatchObject({
			code: 'ERR_NOT_OFFERED',
			hint: 'the architectures known are llama, qwen2, qwen3, phi3, gemma2, gemma3',
		});
		expect(error?.message).toMatch(/model\.gguf holds a model of architecture mamba, which cannot be built$/);
	});

	it.each<[what: string, keys: Record<string, Value>, tensors: Record<string, WrittenTensor>, wanted: RegExp]>([
		['no width', without(keys, 'llama.embedding_length'), tensors, /it has no llama\.embedding_length/],
		['a width that is text', { ...keys, 'llama.embedding_length': { string: '4' } }, tensors, /is no number/],
		['no layers', { ...keys, 'llama.block_count': { uint32: 0 } }, tensors, /block_count is 0/],
		['2^32 - 1 layers', { ...keys, 'llama.block_count': { uint32: 2 ** 32 - 1 } }, tensors, /1 to 1024/],
		[
			'a billion positions',
			{ ...keys, 'llama.context_length': { uint32: 1e9 } },
			tensors,
			/context_length is 1000000000/,
		],
		[
			'heads that do not divide it',
			{ ...without(keys, 'llama.attention.key_length'), 'llama.attention.head_count': { uint32: 3 } },
			tensors,
			/key_length is 1\.33/,
		],
		[
			'an epsilon of NaN',
			{ ...keys, 'llama.attention.layer_norm_rms_epsilon': { float32: Number.NaN } },
			tensors,
			/NaN/,
		],
		['no embedding', keys, without(tensors, 'token_embd.weight'), /it has no token_embd/],
		['a matrix left out', keys, without(tensors, 'blk.0.ffn_up.weight'), /it has no blk\.0\.ffn_up\.weight/],
		['a matrix transposed', keys, { ...tensors, 'blk.0.ffn_up.weight': tensor(4, 6) }, /\[4,6\], where \[6,4\]/],
		['fewer tokens', { ...keys, 'tokenizer.ggml.tokens': { strings: ['a'] } }, tensors, /1 tokens with 5 types/],
		['no token types', without(keys, 'tokenizer.ggml.token_type'), tensors, /it has no tokenizer\.ggml\.token_type/],
		[
			'fewer scores',
			{ ...keys, 'tokenizer.ggml.model': { string: 'llama' }, 'tokenizer.ggml.scores': { float32s: [1] } },
			tensors,
			/5 tokens with 1 scores/,
		],
		['an end that is no token', { ...keys, 'tokenizer.ggml.eos_token_id': { uint32: 5 } }, tensors, /5 tokens/],
		['merges of what is no token', { ...keys, 'tokenizer.ggml.merges': { strings: ['a c'] } }, tensors, /no merge/],
		['rows of part of a block', keys, { ...tensors, 'output_norm.weight': { ...tensor(4), type: 2 } }, /blocks of 32/],
		['overlapping tensors', keys, { ...tensors, 'output_norm.weight': { ...tensor(4), offset: 0 } }, /overlaps/],
		[
			'a tensor beyond the end',
			keys,
			{ ...tensors, 'output_norm.weight': { ...tensor(4), offset: 1 << 20 } },
			/ends at byte/,
		],
	])('with %s is refused', async (_, keys, tensors, wanted) => {
		const error = await attempt(gguf(keys, tensors));
		expect(error).toMatchObject({ code: 'ERR_BAD_FILE', message: expect.stringMatching(wanted) });
		expect(error?.message).toContain('model.gguf is not a GGUF model that can be built');
	});

	it.each<[what: string, keys: Record<string, Value>, tensors: Record<string, WrittenTensor>, wanted: RegExp]>([
		['scaled frequencies', { ...keys, 'llama.rope.scaling.type': { string: 'yarn' } }, tensors, /scaled by yarn/],
		['rotation of a part', { ...keys, 'llama.rope.dimension_count': { uint32: 8 } }, tensors, /8 of the 16 numbers/],
		[
			'heads that no kernel takes',
			{ ...keys, 'llama.attention.key_length': { uint32: 8 }, 'llama.attention.value_length': { uint32: 8 } },
			tensors,
			/heads of 8, where/,
		],
		[
			'a window in some layers',
			{ ...keys, 'llama.attention.sliding_window': { uint32: 4 } },
			tensors,
			/does not say in which layers/,
		],
		['parts of a model', { ...keys, 'split.count': { uint32: 3 } }, tensors, /it is one of 3 parts/],
		[
			'a tokenizer of another kind',
			{ ...keys, 'tokenizer.ggml.model': { string: 't5' } },
			tensors,
			/of kind t5, where gpt2 and llama \(SentencePiece\) are known/,
		],
		[
			'SentencePiece without the tokens of bytes',
			{ ...keys, 'tokenizer.ggml.model': { string: 'llama' }, 'tokenizer.ggml.scores': { float32s: [1, 2, 3, 0, 0] } },
			tensors,
			/no token <0x00> to fall back on/,
		],
		[
			'no rule of cutting text',
			without(keys, 'tokenizer.ggml.pre'),
			tensors,
			/does not say how its tokenizer cuts text/,
		],
		[
			'an unknown type',
			keys,
			{ ...tensors, 'output_norm.weight': { ...tensor(4), type: 10 } },
			/ggml type 10; those read/,
		],
	])('with %s is not offered', async (_, keys, tensors, wanted) => {
		const error = await attempt(gguf(keys, tensors));
		expect(error).toMatchObject({ code: 'ERR_NOT_OFFERED', message: expect.stringMatching(wanted) });
		expect(error?.message).toMatch(/model\.gguf cannot be built: /);
	});

	it('with tensors that the graph has no place for is refused', async () => {
		const error = await attempt(gguf(keys, { ...tensors, 'blk.0.ffn_gate_inp.weight': tensor(4) }));
		expect(error).toMatchObject({
			code: 'ERR_NOT_OFFERED',
			message: expect.stringContaining('blk.0.ffn_gate_inp.weight'),
		});
	});

	it('that promises 2^40 is refused before anything of that size is made', async () => {
		const magic = Buffer.from('GGUF');
		const many = uint64(2 ** 40);
		const key = Buffer.concat([uint64(1), Buffer.from('k')]);
		for (const header of [
			[many, uint64(0)],
			[uint64(0), many],
			[uint64(0), uint64(1), many],
			[uint64(0), uint64(1), key, uint32(8), many],
			[uint64(0), uint64(1), key, uint32(9), uint32(8), many],
			[uint64(0), uint64(1), key, uint32(9), uint32(0), many],
			[uint64(1), uint64(0), key, uint32(1), many, uint32(0), uint64(0)],
		]) {
			expect(await attempt(Buffer.concat([magic, uint32(3), ...header]))).toMatchObject({ code: 'ERR_BAD_FILE' });
		}
	});

	it('that is not there, or no file, is refused', async () => {
		const output = join(dir, 'out');
		const missing = buildModel({ source: join(dir, 'none.gguf'), output });
		await expect(missing).rejects.toMatchObject({ code: 'ERR_MISSING_INPUT', exitCode: 3 });
		await expect(buildModel({ source: dir, output })).rejects.toMatchObject({ code: 'ERR_BAD_FILE' });
	});

	it('that is cut off while it is read ends in a typed error', async () => {
		const source = join(dir, 'model.gguf');
		writeFileSync(source, sound);
		const onProgress = () => truncateSync(source, 100);
		const building = buildModel({ source, output: join(dir, 'out'), onProgress });
		await expect(building).rejects.toMatchObject({ code: 'ERR_BAD_FILE', message: expect.stringContaining('it ends') });
		expect(readdirSync(dir)).toEqual(['model.gguf']);
	});

	it('cut at any byte is refused', async () => {
		const cut = fc.integer({ min: 0, max: sound.length - 32 });
		const property = fc.asyncProperty(cut, async (length) => {
			expect(await attempt(sound.subarray(0, length))).toMatchObject({ code: 'ERR_BAD_FILE' });
		});
		await fc.assert(property, { numRuns: 100 });
	});

	const position = fc.oneof(fc.integer({ min: 0, max: sound.length - 1 }), fc.integer({ min: 0, max: 1500 }));
	const mutation = fc.array(fc.tuple(position, fc.nat(255)), { minLength: 1, maxLength: 4 });
	const mutated = (changes: readonly [at: number, value: number][]) => {
		const bytes = Uint8Array.from(sound);
		for (const [at, value] of changes) bytes[at] = value;
		return bytes;
	};

	it('survives 300 mutations with typed errors or a model', async () => {
		const outcomes = new Set<string>();
		const property = fc.asyncProperty(mutation, async (changes) => {
			outcomes.add((await attempt(mutated(changes)))?.code ?? 'built');
		});
		await fc.assert(property, { numRuns: 300 });
		expect([...outcomes].sort()).toEqual(expect.arrayContaining(['ERR_BAD_FILE', 'built']));
	});

	it('survives 10,000 mutations with typed errors or numbers', async () => {
		const source = join(dir, 'model.gguf');
		const outcomes = new Set<string>();
		const property = fc.asyncProperty(mutation, async (changes) => {
			writeFileSync(source, mutated(changes));
			outcomes.add(await readCheckpoint(source));
		});
		await fc.assert(property, { numRuns: 10_000 });
		expect([...outcomes].sort()).toEqual(['ERR_BAD_FILE', 'ERR_NOT_OFFERED', 'read']);
	}, 60_000);
});
