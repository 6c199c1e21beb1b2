import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { architectures, architectureTensors } from './architecture-fixtures.js';
import { gguf, type Value, type WrittenTensor } from './gguf-writer.js';
import { numbers } from './shared-fixtures.js';

interface Config {
	readonly model_type: string;
	readonly rope_scaling?: Record<string, string | number | number[]>;
	/** All of it again, where a number is wanted. */
	readonly numbers: Readonly<Record<string, number>>;
}

const LAYER_NAMES: Record<string, string> = {
	input_layernorm: 'attn_norm',
	'self_attn.q_proj': 'attn_q',
	'self_attn.k_proj': 'attn_k',
	'self_attn.v_proj': 'attn_v',
	'self_attn.qkv_proj': 'attn_qkv',
	'self_attn.o_proj': 'attn_output',
	'self_attn.q_norm': 'attn_q_norm',
	'self_attn.k_norm': 'attn_k_norm',
	post_attention_layernorm: 'ffn_norm',
	'mlp.gate_proj': 'ffn_gate',
	'mlp.up_proj': 'ffn_up',
	'mlp.gate_up_proj': 'ffn_up',
	'mlp.down_proj': 'ffn_down',
};
const GEMMA_NAMES: Record<string, string> = {
	...LAYER_NAMES,
	post_attention_layernorm: 'post_attention_norm',
	pre_feedforward_layernorm: 'ffn_norm',
	post_feedforward_layernorm: 'post_ffw_norm',
};
const NAMES: Record<string, string> = {
	'model.embed_tokens': 'token_embd',
	'model.norm': 'output_norm',
	lm_head: 'output',
};

const uint32 = (value: number): Value => ({ uint32: value });
const float32 = (value: number): Value => ({ float32: value });

/** What llama.cpp's convert_hf_to_gguf.py makes of a fixture's checkpoint, in float32. */
export async function architectureGguf(name: string): Promise<Buffer> {
	const json = JSON.parse(readFileSync(join(architectures, name, 'config.json'), 'utf8'));
	const config: Config = { ...json, numbers: json };
	const type = config.model_type;
	const arch = { mistral: 'llama', gemma3_text: 'gemma3' }[type] ?? type;
	const checkpoint = await architectureTensors(name);
	const tensors = [...checkpoint].map(([tensor, { shape }]) => [
		ggufName(tensor, arch),
		written(shape, converted(tensor, arch, config, numbers(checkpoint, tensor))),
	]);
	return gguf(
		{ ...keysOf(arch, config), ...tokenizerKeys() },
		{ ...ropeTensors(config), ...Object.fromEntries(tensors) },
	);
}

function written(shape: readonly number[], data: Float32Array): WrittenTensor {
	return { shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

function ggufName(tensor: string, arch: string): string {
	const [, base = '', kind] = /^(.*)\.(weight|bias)$/.exec(tensor) ?? [];
	const [, layer, part] = /^model\.layers\.(\d+)\.(.*)$/.exec(base) ?? [];
	const names = arch.startsWith('gemma') ? GEMMA_NAMES : LAYER_NAMES;
	return layer === undefined ? `${NAMES[base]}.${kind}` : `blk.${layer}.${names[part!]}.${kind}`;
}

function headDim(config: Config): number {
	return config.numbers.head_dim ?? config.numbers.hidden_size! / config.numbers.num_attention_heads!;
}

/** LlamaModel.permute, and Gemma's `data_torch + 1`. */
function converted(tensor: string, arch: string, config: Config, data: Float32Array): Float32Array {
	if (arch.startsWith('gemma') && tensor.endsWith('norm.weight')) return data.map((weight) => weight + 1);
	if (arch !== 'llama' || !/[qk]_proj/.test(tensor)) return Float32Array.from(data);
	const size = headDim(config);
	const width = tensor.endsWith('bias') ? 1 : config.numbers.hidden_size!;
	const out = new Float32Array(data.length);
	for (let row = 0; row * width < data.length; row++) {
		const inHead = row % size;
		const from = row - inHead + (inHead % 2) * (size / 2) + Math.floor(inHead / 2);
		out.set(data.subarray(from * width, (from + 1) * width), row * width);
	}
	return out;
}

function keysOf(arch: string, config: Config): Record<string, Value> {
	const scaling = config.rope_scaling ?? {};
	const own: Record<string, Value> = {
		block_count: uint32(config.numbers.num_hidden_layers!),
		context_length: uint32(config.numbers.max_position_embeddings!),
		embedding_length: uint32(config.numbers.hidden_size!),
		feed_forward_length: uint32(config.numbers.intermediate_size!),
		'attention.head_count': uint32(config.numbers.num_attention_heads!),
		'attention.head_count_kv': uint32(config.numbers.num_key_value_heads!),
		'attention.layer_norm_rms_epsilon': float32(config.numbers.rms_norm_eps ?? (arch === 'phi3' ? 1e-5 : 1e-6)),
		'attention.key_length': uint32(headDim(config)),
		'attention.value_length': uint32(headDim(config)),
		'rope.freq_base': float32(config.numbers.rope_theta!),
	};
	if (arch === 'phi3') {
		const original = config.numbers.original_max_position_embeddings!;
		const scale = config.numbers.max_position_embeddings! / original;
		own['rope.dimension_count'] = uint32(headDim(config) * config.numbers.partial_rotary_factor!);
		own['rope.scaling.original_context_length'] = uint32(original);
		own['rope.scaling.attn_factor'] = float32(Math.sqrt(1 + Math.log(scale) / Math.log(original)));
	}
	if (arch === 'phi3' || arch.startsWith('gemma'))
		own['attention.sliding_window'] = uint32(config.numbers.sliding_window!);
	if (arch === 'gemma2') {
		own.attn_logit_softcapping = float32(config.numbers.attn_logit_softcapping!);
		own.final_logit_softcapping = float32(config.numbers.final_logit_softcapping!);
	}
	if (arch === 'gemma3') {
		// llama.cpp knows the local base by itself, or by this newer key.
		own['rope.freq_base_swa'] = float32(config.numbers.rope_local_base_freq!);
		own['rope.scaling.type'] = { string: scaling.rope_type as string };
		own['rope.scaling.factor'] = float32(scaling.factor as number);
	}
	return {
		'general.architecture': { string: arch },
		...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${arch}.${key}`, value])),
	};
}

/** `rope_freqs` as LlamaModel.generate_extra_tensors makes them, and Phi-3's factors. */
function ropeTensors(config: Config): Record<string, WrittenTensor> {
	const scaling = (config.rope_scaling ?? {}) as Record<string, number & number[] & string>;
	const list = (values: readonly number[]) => written([values.length], Float32Array.from(values));
	if (scaling.rope_type === 'longrope') {
		return {
			'rope_factors_long.weight': list(scaling.long_factor!),
			'rope_factors_short.weight': list(scaling.short_factor!),
		};
	}
	if (scaling.rope_type !== 'llama3') return {};
	const dims = headDim(config);
	const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: old } = scaling;
	const factors = Array.from({ length: dims / 2 }, (_, i) => {
		const wave = 2 * Math.PI * config.numbers.rope_theta! ** ((2 * i) / dims);
		if (wave < old! / high!) return 1;
		if (wave > old! / low!) return factor!;
		const smooth = (old! / wave - low!) / (high! - low!);
		return 1 / ((1 - smooth) / factor! + smooth);
	});
	return { 'rope_freqs.weight': list(factors) };
}

function tokenizerKeys(): Record<string, Value> {
	const { model, added_tokens } = JSON.parse(readFileSync(join(architectures, 'tokenizer.json'), 'utf8')) as {
		model: { vocab: Record<string, number> };
		added_tokens: { id: number; content: string }[];
	};
	const tokens: string[] = [];
	for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token;
	for (const { id, content } of added_tokens) tokens[id] = content;
	const special = new Set(added_tokens.map(({ id }) => id));
	const { chat_template } = JSON.parse(readFileSync(join(architectures, 'tokenizer_config.json'), 'utf8'));
	return {
		'tokenizer.ggml.model': { string: 'gpt2' },
		'tokenizer.ggml.pre': { string: 'gpt-2' },
		'tokenizer.ggml.tokens': { strings: tokens },
		'tokenizer.ggml.token_type': { int32s: tokens.map((_, id) => (special.has(id) ? 3 : 1)) },
		'tokenizer.ggml.merges': { strings: [] },
		'tokenizer.ggml.bos_token_id': uint32(60),
		'tokenizer.ggml.eos_token_id': uint32(61),
		'tokenizer.chat_template': { string: chat_template },
	};
}
