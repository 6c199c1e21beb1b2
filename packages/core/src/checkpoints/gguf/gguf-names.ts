/** GGUF's names of tensors, by those of Hugging Face; `N` is a layer. Common to all architectures. */
const NAMES: Readonly<Record<string, string>> = {
	'model.embed_tokens.weight': 'token_embd.weight',
	'model.norm.weight': 'output_norm.weight',
	'lm_head.weight': 'output.weight',
	'model.layers.N.input_layernorm.weight': 'blk.N.attn_norm.weight',
	'model.layers.N.self_attn.q_proj.weight': 'blk.N.attn_q.weight',
	'model.layers.N.self_attn.k_proj.weight': 'blk.N.attn_k.weight',
	'model.layers.N.self_attn.v_proj.weight': 'blk.N.attn_v.weight',
	'model.layers.N.self_attn.o_proj.weight': 'blk.N.attn_output.weight',
	'model.layers.N.post_attention_layernorm.weight': 'blk.N.ffn_norm.weight',
	'model.layers.N.mlp.gate_proj.weight': 'blk.N.ffn_gate.weight',
	'model.layers.N.mlp.up_proj.weight': 'blk.N.ffn_up.weight',
	'model.layers.N.mlp.down_proj.weight': 'blk.N.ffn_down.weight',
};

/** Divisors of the rotary frequencies, where a model has them (Llama 3.1 and later). */
export const ROPE_FACTORS = 'rope_freqs.weight';

export function ggufName(tensor: string): string {
	const layer = /^model\.layers\.(\d+)\./.exec(tensor)?.[1];
	const name = NAMES[tensor.replace(/^model\.layers\.\d+\./, 'model.layers.N.')];
	if (name === undefined) throw new Error(`tensor ${tensor} has no name in GGUF files`);
	return layer === undefined ? name : name.replace('.N.', `.${layer}.`);
}
