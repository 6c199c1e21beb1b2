import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { buildModel } from '@steering/core/build';
import { encodeGguf, type GgufTensor, type GgufValue } from './encode-gguf.js';

const LAYERS = 4;
const HEAD_DIM = 64;
/** Small: the head's cost is not what width is about. */
const VOCAB = 512;
const CONTEXT = 512;

/** A Llama of random float32 weights in `folder`, as `build-model` makes it from a GGUF file. Returns the folder. */
export async function buildRandomModel(width: number, folder: string, signal?: AbortSignal): Promise<string> {
	const source = `${folder}.gguf`;
	const parts = randomParts(width);
	writeFileSync(source, encodeGguf(parts.keys, parts.tensors));
	await buildModel({ source, output: folder, quant: 'none', signal });
	await rm(source);
	return folder;
}

/** What its GGUF file holds. */
export function randomParts(width: number) {
	return { keys: keys(width), tensors: tensors(width) };
}

const hiddenOf = (width: number) => 3 * width;

function keys(width: number): Record<string, GgufValue> {
	const heads = width / HEAD_DIM;
	return {
		'general.architecture': 'llama',
		'llama.block_count': { uint32: LAYERS },
		'llama.context_length': { uint32: CONTEXT },
		'llama.embedding_length': { uint32: width },
		'llama.feed_forward_length': { uint32: hiddenOf(width) },
		'llama.attention.head_count': { uint32: heads },
		'llama.attention.head_count_kv': { uint32: heads },
		'llama.attention.layer_norm_rms_epsilon': { float32: 1e-5 },
		'llama.rope.freq_base': { float32: 10000 },
		'tokenizer.ggml.model': 'gpt2',
		'tokenizer.ggml.pre': 'llama-bpe',
		'tokenizer.ggml.tokens': { strings: vocabulary() },
		'tokenizer.ggml.token_type': { int32s: Array.from({ length: VOCAB }, () => 1) },
		'tokenizer.ggml.merges': { strings: [] },
		'tokenizer.ggml.bos_token_id': { uint32: VOCAB - 1 },
		'tokenizer.ggml.eos_token_id': { uint32: VOCAB - 1 },
		'tokenizer.chat_template': '{% for message in messages %}{{ message.content }}{% endfor %}',
	};
}

/** Letters, which prompts are made of, then fillers. */
function vocabulary(): string[] {
	const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
	// GPT-2's way to write a space.
	return [...printable, 'Ġ', ...Array.from({ length: VOCAB - 95 }, (_, i) => `<filler${i}>`)];
}

function tensors(width: number): Record<string, GgufTensor> {
	const hidden = hiddenOf(width);
	const matrix = (...shape: [number, number]) => ({ shape, data: randomNumbers(shape[0] * shape[1]) });
	const norm = () => ({ shape: [width], data: new Float32Array(width).fill(1) });
	const layer = (index: number) => ({
		[`blk.${index}.attn_norm.weight`]: norm(),
		[`blk.${index}.attn_q.weight`]: matrix(width, width),
		[`blk.${index}.attn_k.weight`]: matrix(width, width),
		[`blk.${index}.attn_v.weight`]: matrix(width, width),
		[`blk.${index}.attn_output.weight`]: matrix(width, width),
		[`blk.${index}.ffn_norm.weight`]: norm(),
		[`blk.${index}.ffn_gate.weight`]: matrix(hidden, width),
		[`blk.${index}.ffn_up.weight`]: matrix(hidden, width),
		[`blk.${index}.ffn_down.weight`]: matrix(width, hidden),
	});
	return {
		'token_embd.weight': matrix(VOCAB, width),
		...Object.assign({}, ...Array.from({ length: LAYERS }, (_, index) => layer(index))),
		'output_norm.weight': norm(),
	};
}

/** Small numbers of a linear congruential generator: millions are wanted, and only that they are not all alike. */
function randomNumbers(count: number): Float32Array {
	let state = count >>> 0;
	return Float32Array.from({ length: count }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return (state / 2 ** 32 - 0.5) * 0.05;
	});
}
