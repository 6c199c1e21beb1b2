import type { Architecture } from '../architectures.js';

/** GGUF's names of tensors, by those of Hugging Face; `N` is a layer. Common to all architectures but for norms after attention. */
const NAMES: Readonly<Record<string, string>> = {
	'model.embed_tokens': 'token_embd',
	'model.norm': 'output_norm',
	lm_head: 'output',
	'model.layers.N.input_layernorm': 'blk.N.attn_norm',
	'model.layers.N.self_attn.q_proj': 'blk.N.attn_q',
	'model.layers.N.self_attn.k_proj': 'blk.N.attn_k',
	'model.layers.N.self_attn.v_proj': 'blk.N.attn_v',
	'model.layers.N.self_attn.qkv_proj': 'blk.N.attn_qkv',
	'model.layers.N.self_attn.o_proj': 'blk.N.attn_output',
	'model.layers.N.self_attn.q_norm': 'blk.N.attn_q_norm',
	'model.layers.N.self_attn.k_norm': 'blk.N.attn_k_norm',
	'model.layers.N.post_attention_layernorm': 'blk.N.ffn_norm',
	'model.layers.N.mlp.gate_proj': 'blk.N.ffn_gate',
	'model.layers.N.mlp.up_proj': 'blk.N.ffn_up',
	'model.layers.N.mlp.gate_up_proj': 'blk.N.ffn_up',
	'model.layers.N.mlp.down_proj': 'blk.N.ffn_down',
};
/** Gemma norms what attention gives, and what the MLP gives. */
const GEMMA_NAMES: Readonly<Record<string, string>> = {
	'model.layers.N.post_attention_layernorm': 'blk.N.post_attention_norm',
	'model.layers.N.pre_feedforward_layernorm': 'blk.N.ffn_norm',
	'model.layers.N.post_feedforward_layernorm': 'blk.N.post_ffw_norm',
};

/** Divisors of the rotary frequencies, where a model has them (Llama 3.1 and later; LongRoPE within the original context). */
export const ROPE_FACTORS = 'rope_freqs.weight';
export const LONG_ROPE_FACTORS = { short: 'rope_factors_short.weight', long: 'rope_factors_long.weight' } as const;

export function ggufName(tensor: string, { gemma }: Architecture): string {
	const [, name = '', kind = ''] = /^(.*)\.(weight|bias)$/.exec(tensor) ?? [];
	const layer = /^model\.layers\.(\d+)\./.exec(name)?.[1];
	const key = name.replace(/^model\.layers\.\d+\./, 'model.layers.N.');
	const known = (gemma ? GEMMA_NAMES[key] : undefined) ?? NAMES[key];
	if (known === undefined) throw new Error(`tensor ${tensor} has no name in GGUF files`);
	return `${layer === undefined ? known : known.replace('.N.', `.${layer}.`)}.${kind}`;
}
