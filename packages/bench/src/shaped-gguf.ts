import { type FileHandle, open } from 'node:fs/promises';
import { uniformFor } from '@steering/core/seed';
import { string, uint32, uint64 } from './gguf-bytes.js';

/** Numbers of well-known decoders: what a build costs depends on no others. */
export const SHAPES = {
	'135m': { layers: 30, width: 576, hidden: 1536, heads: 9, keyValueHeads: 3, vocab: 49_152, tied: true },
	'1b': { layers: 16, width: 2048, hidden: 8192, heads: 32, keyValueHeads: 8, vocab: 128_256, tied: true },
	'8b': { layers: 32, width: 4096, hidden: 14_336, heads: 32, keyValueHeads: 8, vocab: 128_256, tied: false },
} as const;
export type Shape = keyof typeof SHAPES;

/** `random`: normally distributed; `zero`: a sparse file, which needs no disk but has nothing to quantise. */
export const FILLINGS = ['random', 'zero'] as const;
export type Filling = (typeof FILLINGS)[number];

const BFLOAT16 = 30;
const ALIGNMENT = 32;
/** Random numbers, repeated over the file. */
const PIECE = 1 << 20;
const SPREAD = 0.02;
const POSITIONS = 8192;

/** Writes a Llama of that shape as a GGUF file in bfloat16. The number of its weights. */
export async function writeShapedGguf(path: string, shape: Shape, filling: Filling): Promise<number> {
	const tensors = tensorsOf(shape);
	let end = 0;
	const infos = tensors.map(([name, dims]) => {
		const offset = end;
		end = Math.ceil((end + 2 * sizeOf(dims)) / ALIGNMENT) * ALIGNMENT;
		const sizes = dims.toReversed().map(uint64);
		return Buffer.concat([string(name), uint32(dims.length), ...sizes, uint32(BFLOAT16), uint64(offset)]);
	});
	const keys = keysOf(shape);
	const counts = [Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(keys.length)];
	const header = Buffer.concat([...counts, ...keys, ...infos]);
	const start = Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;
	const file = await open(path, 'wx');
	try {
		await file.write(header, 0, header.length, 0);
		await file.truncate(start + end);
		if (filling === 'random') await fill(file, start, start + end);
	} finally {
		await file.close();
	}
	return tensors.reduce((sum, [, dims]) => sum + sizeOf(dims), 0);
}

async function fill(file: FileHandle, start: number, end: number): Promise<void> {
	const piece = randomPiece();
	for (let at = start; at < end; at += piece.length) {
		await file.write(piece, 0, Math.min(piece.length, end - at), at);
	}
}

/** Box and Muller's numbers, cut to the upper half of a float32. */
function randomPiece(): Uint8Array {
	const uniform = uniformFor('bench build', 0);
	const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
	const bits = new Uint32Array(Float32Array.from({ length: PIECE }, () => SPREAD * normal()).buffer);
	return new Uint8Array(Uint16Array.from(bits, (each) => each >>> 16).buffer);
}

function tensorsOf(name: Shape): [name: string, dims: number[]][] {
	const { layers, width, hidden, heads, keyValueHeads, vocab, tied } = SHAPES[name];
	const keyWidth = (width / heads) * keyValueHeads;
	const layer = (index: number): [string, number[]][] =>
		Object.entries({
			attn_norm: [width],
			attn_q: [width, width],
			attn_k: [keyWidth, width],
			attn_v: [keyWidth, width],
			attn_output: [width, width],
			ffn_norm: [width],
			ffn_gate: [hidden, width],
			ffn_up: [hidden, width],
			ffn_down: [width, hidden],
		}).map(([part, dims]) => [`blk.${index}.${part}.weight`, dims]);
	return [
		['token_embd.weight', [vocab, width]],
		...Array.from({ length: layers }, (_, index) => layer(index)).flat(),
		['output_norm.weight', [width]],
		...(tied ? [] : [['output.weight', [vocab, width]] as [string, number[]]]),
	];
}

function keysOf(name: Shape): Buffer[] {
	const { layers, width, hidden, heads, keyValueHeads, vocab } = SHAPES[name];
	const text = (key: string, value: string) => Buffer.concat([string(key), uint32(8), string(value)]);
	const count = (key: string, value: number) => Buffer.concat([string(key), uint32(4), uint32(value)]);
	const list = (key: string, type: number, values: Buffer[]) =>
		Buffer.concat([string(key), uint32(9), uint32(type), uint64(values.length), ...values]);
	const epsilon = Buffer.alloc(4);
	epsilon.writeFloatLE(1e-5);
	const tokens = Array.from({ length: vocab }, (_, id) => `t${id}`);
	return [
		text('general.architecture', 'llama'),
		count('llama.block_count', layers),
		count('llama.context_length', POSITIONS),
		count('llama.embedding_length', width),
		count('llama.feed_forward_length', hidden),
		count('llama.attention.head_count', heads),
		count('llama.attention.head_count_kv', keyValueHeads),
		Buffer.concat([string('llama.attention.layer_norm_rms_epsilon'), uint32(6), epsilon]),
		text('tokenizer.ggml.model', 'gpt2'),
		text('tokenizer.ggml.pre', 'llama-bpe'),
		list('tokenizer.ggml.tokens', 8, tokens.map(string)),
		list(
			'tokenizer.ggml.token_type',
			5,
			tokens.map(() => uint32(1)),
		),
		list('tokenizer.ggml.merges', 8, []),
	];
}

const sizeOf = (dims: readonly number[]) => dims.reduce((product, dim) => product * dim, 1);
