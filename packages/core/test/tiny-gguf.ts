import { join } from 'node:path';
import { gguf, type Value, type WrittenTensor } from './gguf-writer.js';
import { readJson, shared, type Tensors, tensorsOf } from './shared-fixtures.js';

/** The checkpoint of the tiny model, as the fixtures have it. */
export const tinyCheckpoint = join(shared, 'fixtures/tiny/model');

const LAYER_NAMES = {
	input_layernorm: 'attn_norm',
	'self_attn.q_proj': 'attn_q',
	'self_attn.k_proj': 'attn_k',
	'self_attn.v_proj': 'attn_v',
	'self_attn.o_proj': 'attn_output',
	post_attention_layernorm: 'ffn_norm',
	'mlp.gate_proj': 'ffn_gate',
	'mlp.up_proj': 'ffn_up',
	'mlp.down_proj': 'ffn_down',
};
const NAMES = { 'model.embed_tokens': 'token_embd', 'model.norm': 'output_norm', lm_head: 'output' };

interface TokenizerJson {
	added_tokens: { id: number; content: string }[];
	model: { vocab: Record<string, number>; merges: string[] };
}

/** What llama.cpp's conversion makes of the tiny checkpoint, in float32: keys, and tensors by GGUF's names. */
export async function tinyParts(): Promise<{ keys: Record<string, Value>; tensors: Record<string, WrittenTensor> }> {
	const tokenizer = readJson<TokenizerJson>('fixtures/tiny/model/tokenizer.json');
	const { chat_template } = readJson<{ chat_template: string }>('fixtures/tiny/model/tokenizer_config.json');
	const config = readJson<Record<string, number>>('fixtures/tiny/model/config.json');
	const byId = [
		...Object.entries(tokenizer.model.vocab),
		...tokenizer.added_tokens.map((t) => [t.content, t.id] as const),
	];
	byId.sort(([, a], [, b]) => a - b);
	const special = new Set(tokenizer.added_tokens.map(({ id }) => id));
	const keys: Record<string, Value> = {
		'general.architecture': { string: 'llama' },
		'llama.block_count': { uint32: config.num_hidden_layers! },
		'llama.context_length': { uint32: config.max_position_embeddings! },
		'llama.embedding_length': { uint32: config.hidden_size! },
		'llama.feed_forward_length': { uint32: config.intermediate_size! },
		'llama.attention.head_count': { uint32: config.num_attention_heads! },
		'llama.attention.head_count_kv': { uint32: config.num_key_value_heads! },
		'llama.attention.layer_norm_rms_epsilon': { float32: config.rms_norm_eps! },
		'llama.rope.freq_base': { float32: config.rope_theta! },
		'llama.rope.dimension_count': { uint32: config.head_dim! },
		'tokenizer.ggml.model': { string: 'gpt2' },
		'tokenizer.ggml.pre': { string: 'llama-bpe' },
		'tokenizer.ggml.tokens': { strings: byId.map(([token]) => token) },
		'tokenizer.ggml.token_type': { int32s: byId.map(([, id]) => (special.has(id) ? 3 : 1)) },
		'tokenizer.ggml.merges': { strings: tokenizer.model.merges },
		'tokenizer.ggml.bos_token_id': { uint32: config.bos_token_id! },
		'tokenizer.ggml.eos_token_id': { uint32: config.eos_token_id! },
		'tokenizer.ggml.eot_token_id': { uint32: byId.findIndex(([token]) => token === '<|eot_id|>') },
		'tokenizer.ggml.add_bos_token': { bool: true },
		'tokenizer.chat_template': { string: chat_template },
	};
	return { keys, tensors: tensorsOfTiny(await tensorsOf('fixtures/tiny/model/model.safetensors'), config.head_dim!) };
}

export async function tinyGguf(): Promise<Buffer> {
	const { keys, tensors } = await tinyParts();
	return gguf(keys, tensors);
}

function tensorsOfTiny(checkpoint: Tensors, headDim: number): Record<string, WrittenTensor> {
	return Object.fromEntries(
		[...checkpoint].map(([name, { shape, data }]) => {
			const numbers = /[qk]_proj/.test(name)
				? permuted(data as Float32Array, headDim, shape[1]!)
				: (data as Float32Array);
			return [ggufName(name), { shape, bytes: new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength) }];
		}),
	);
}

function ggufName(name: string): string {
	const [, layer, part] = /^model\.layers\.(\d+)\.(.*)\.weight$/.exec(name) ?? [];
	if (layer === undefined) return `${NAMES[name.replace(/\.weight$/, '') as keyof typeof NAMES]}.weight`;
	return `blk.${layer}.${LAYER_NAMES[part as keyof typeof LAYER_NAMES]}.weight`;
}

/** `weights.reshape(heads, 2, headDim / 2, width).swapaxes(1, 2)`, as convert_hf_to_gguf.py has it. */
function permuted(rows: Float32Array, headDim: number, width: number): Float32Array {
	const out = new Float32Array(rows.length);
	const heads = rows.length / (headDim * width);
	let to = 0;
	for (let head = 0; head < heads; head++) {
		for (let pair = 0; pair < headDim / 2; pair++) {
			for (const side of [0, 1]) {
				const from = head * headDim + side * (headDim / 2) + pair;
				out.set(rows.subarray(from * width, (from + 1) * width), to * width);
				to++;
			}
		}
	}
	return out;
}
