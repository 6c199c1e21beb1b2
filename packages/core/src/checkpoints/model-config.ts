import type { DecoderDesign } from '../onnx/decoder/decoder-design.js';
import type { Architecture } from './architectures.js';
import type { TokenizerSource } from './tokenizer-source.js';

/** `config.json` as Hugging Face's transformers writes it. */
export function modelConfig(architecture: Architecture, design: DecoderDesign, tokenizer: TokenizerSource): object {
	const { attentionSoftcap, logitSoftcap, biases, local } = design;
	return {
		architectures: [architecture.className],
		model_type: architecture.modelType,
		[architecture.gemma ? 'hidden_activation' : 'hidden_act']:
			design.activation === 'silu' ? 'silu' : 'gelu_pytorch_tanh',
		hidden_size: design.width,
		intermediate_size: design.hidden,
		num_hidden_layers: design.layers,
		num_attention_heads: design.heads,
		num_key_value_heads: design.keyValueHeads,
		head_dim: design.headDim,
		max_position_embeddings: design.positions,
		rms_norm_eps: shortest(design.normEpsilon),
		rope_theta: shortest(design.rotary.theta),
		...(local ? { sliding_window: local.window } : {}),
		...(local?.rotary ? { rope_local_base_freq: shortest(local.rotary.theta) } : {}),
		...(architecture.gemma ? { query_pre_attn_scalar: Math.round(design.attentionScale ** -2) } : {}),
		...(attentionSoftcap === undefined ? {} : { attn_logit_softcapping: attentionSoftcap }),
		...(logitSoftcap === undefined ? {} : { final_logit_softcapping: logitSoftcap }),
		...(architecture.biases === 'configured' ? { attention_bias: biases.has('qkv'), mlp_bias: biases.has('mlp') } : {}),
		tie_word_embeddings: design.tied,
		vocab_size: design.vocab,
		...tokenIds(tokenizer),
	};
}

/** `generation_config.json`: where a reply ends. Nothing is known of sampling. */
export function generationConfig(tokenizer: TokenizerSource): object {
	return tokenIds(tokenizer);
}

function tokenIds({ bos, eos, padding, endOfTurn }: TokenizerSource): object {
	const ends = [...new Set([...(eos === undefined ? [] : [eos]), ...endOfTurn])];
	return {
		...(bos === undefined ? {} : { bos_token_id: bos }),
		...(ends.length === 0 ? {} : { eos_token_id: ends.length === 1 ? ends[0] : ends }),
		...(padding === undefined ? {} : { pad_token_id: padding }),
	};
}

/** The shortest decimal that means the same float32: 1e-5 and not 9.999999747378752e-6. */
function shortest(value: number): number {
	for (let digits = 1; digits < 9; digits++) {
		const short = Number(value.toPrecision(digits));
		if (Math.fround(short) === Math.fround(value)) return short;
	}
	return value;
}
