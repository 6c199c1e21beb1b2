import { SteeringError } from '../errors/index.js';
import type { Biased } from '../onnx/decoder/decoder-design.js';

/** What sets one family of decoders apart from another. All that is built here is a table of these: there is one builder. */
export interface Architecture {
	/** `model_type` and class of Hugging Face's config.json. */
	readonly modelType: string;
	readonly className: string;
	/** `general.architecture` of GGUF. */
	readonly gguf: string;
	/**
	 * Whether GGUF files hold each head's rows of q and k in the order of rotary pairs (0, half, 1, half + 1, …), for llama.cpp
	 * rotates neighbours in this family, where the checkpoint and the graph rotate halves.
	 */
	readonly ggufRotatesNeighbours: boolean;
	/** Projections with a bias in every model; `configured`: where `attention_bias` (q, k, v and o) and `mlp_bias` say so. */
	readonly biases: readonly Biased[] | 'configured';
	/** Heads of queries and keys are normed. */
	readonly headNorms: boolean;
	/** q, k and v are one tensor, and so are gate and up. */
	readonly stacked: boolean;
	/** Only the first `partial_rotary_factor` of each head may be rotated, and LongRoPE may scale it. */
	readonly partialRotary: boolean;
	/** Gemma: norms around branches, norm weights stored less one (not in GGUF), embeddings times the root of the width. */
	readonly gemma: boolean;
	/** Which layers attend to a window, where there is one; n: all but every n-th. `layer_types` in config.json wins. */
	readonly local: 'none' | 'all' | 'from max_window_layers' | number;
	/** Rotary base of local layers, where it is not that of the others. */
	readonly localTheta?: number;
	/** Layers of the one size whose attention GGUF scales by width / heads, and not by the size of a head. */
	readonly ggufWidthScaled?: number;
	/** What transformers takes for keys that config.json leaves out. */
	readonly defaults: Readonly<Record<string, number | string | boolean>>;
}

type Facts = Omit<Architecture, 'modelType' | 'className' | 'gguf'>;

const plain: Facts = {
	...{ ggufRotatesNeighbours: false, biases: [], headNorms: false, stacked: false, partialRotary: false },
	...{ gemma: false, local: 'none', defaults: { rope_theta: 10_000, rms_norm_eps: 1e-6 } },
};

const gemma: Facts = {
	...{ ...plain, biases: 'configured', gemma: true },
	defaults: {
		...{ ...plain.defaults, tie_word_embeddings: true, hidden_activation: 'gelu_pytorch_tanh' },
		...{ num_attention_heads: 8, num_key_value_heads: 4, head_dim: 256, query_pre_attn_scalar: 256 },
		sliding_window: 4096,
	},
};

/** Llama covers SmolLM and others that call themselves so; Mistral's GGUF files are called llama too. */
const ARCHITECTURES: readonly Architecture[] = [
	{
		...{ ...plain, modelType: 'llama', className: 'LlamaForCausalLM', gguf: 'llama' },
		...{ ggufRotatesNeighbours: true, biases: 'configured' },
	},
	{
		...{ ...plain, modelType: 'mistral', className: 'MistralForCausalLM', gguf: 'llama' },
		...{ ggufRotatesNeighbours: true, local: 'all', defaults: { ...plain.defaults, sliding_window: 4096 } },
	},
	{
		...{ ...plain, modelType: 'qwen2', className: 'Qwen2ForCausalLM', gguf: 'qwen2', biases: ['qkv'] },
		...{ local: 'from max_window_layers' },
		defaults: { ...plain.defaults, sliding_window: 4096, max_window_layers: 28 },
	},
	{
		...{ ...plain, modelType: 'qwen3', className: 'Qwen3ForCausalLM', gguf: 'qwen3', biases: 'configured' },
		...{ headNorms: true, local: 'from max_window_layers' },
		defaults: { ...plain.defaults, head_dim: 128, sliding_window: 4096, max_window_layers: 28 },
	},
	{
		...{ ...plain, modelType: 'phi3', className: 'Phi3ForCausalLM', gguf: 'phi3' },
		...{ stacked: true, partialRotary: true, local: 'all' },
		defaults: { ...plain.defaults, rms_norm_eps: 1e-5, original_max_position_embeddings: 4096 },
	},
	{
		...{ ...gemma, modelType: 'gemma2', className: 'Gemma2ForCausalLM', gguf: 'gemma2' },
		...{ local: 2, ggufWidthScaled: 46 },
		defaults: { ...gemma.defaults, attn_logit_softcapping: 50, final_logit_softcapping: 30 },
	},
	{
		...{ ...gemma, modelType: 'gemma3_text', className: 'Gemma3ForCausalLM', gguf: 'gemma3' },
		...{ headNorms: true, local: 6, localTheta: 10_000, ggufWidthScaled: 62 },
		defaults: { ...gemma.defaults, rope_theta: 1_000_000, max_position_embeddings: 131_072, vocab_size: 262_208 },
	},
];

/**
 * The architecture by its name in config.json (`modelType`) or in GGUF.
 * @throws SteeringError ERR_NOT_OFFERED listing the architectures that are known
 */
export function architectureOf(kind: 'modelType' | 'gguf', name: string, path: string): Architecture {
	const known = ARCHITECTURES.find((architecture) => architecture[kind] === name);
	if (known) return known;
	const names = [...new Set(ARCHITECTURES.map((architecture) => architecture[kind]))];
	throw new SteeringError('ERR_NOT_OFFERED', `${path} holds a model of architecture ${name}, which cannot be built`, {
		hint: `the architectures known are ${names.join(', ')}`,
	});
}
