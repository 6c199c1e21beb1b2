import type { Activation, Biased, DecoderDesign, LocalAttention } from '../../onnx/decoder/decoder-design.js';
import type { Architecture } from '../architectures.js';
import { Unsupported } from '../checkpoint-error.js';
import { MAX_LAYERS, MAX_POSITIONS, MAX_VOCAB, MAX_WIDTH, requireHeads } from '../design-limits.js';
import { typedValues } from '../typed-values.js';
import { HfRotary } from './hf-rotary.js';

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
	...{ silu: 'silu', swish: 'silu' },
	...{ gelu_pytorch_tanh: 'gelu_tanh', gelu_new: 'gelu_tanh' },
};

/** The design that a config.json asks for. Throws a plain Error that says what is missing or odd, an Unsupported for what is not known. */
export function hfDesign(architecture: Architecture, config: object): { design: DecoderDesign; notes: string[] } {
	const values = typedValues({ ...architecture.defaults, ...config });
	const width = values.count('hidden_size', MAX_WIDTH);
	const heads = values.count('num_attention_heads', MAX_WIDTH);
	const keyValueHeads = values.count('num_key_value_heads', MAX_WIDTH, heads);
	const headDim = values.count('head_dim', MAX_WIDTH, width / heads);
	requireHeads(heads, keyValueHeads, headDim);
	if (values.optional('use_bidirectional_attention', 'boolean')) {
		throw new Unsupported('its tokens attend to later ones (use_bidirectional_attention)');
	}
	const layers = values.count('num_hidden_layers', MAX_LAYERS);
	const rotary = new HfRotary(architecture, values, headDim, values.count('max_position_embeddings', MAX_POSITIONS));
	const positions = rotary.positions;
	const { gemma } = architecture;
	const design: DecoderDesign = {
		...{ layers, width, heads, keyValueHeads, headDim, positions },
		hidden: values.count('intermediate_size', MAX_WIDTH),
		vocab: values.count('vocab_size', MAX_VOCAB),
		normEpsilon: values.positive('rms_norm_eps'),
		rotary: rotary.everywhere,
		local: localAttention(architecture, values, layers, rotary),
		attentionScale: 1 / Math.sqrt(gemma ? values.positive('query_pre_attn_scalar') : headDim),
		attentionSoftcap: gemma ? values.optionalPositive('attn_logit_softcapping') : undefined,
		logitSoftcap: gemma ? values.optionalPositive('final_logit_softcapping') : undefined,
		embeddingScale: gemma ? Math.sqrt(width) : undefined,
		activation: activation(values.optional(gemma ? 'hidden_activation' : 'hidden_act', 'string') ?? 'silu'),
		...{ headNorms: architecture.headNorms, branchNorms: gemma, biases: biases(architecture, values) },
		tied: values.optional('tie_word_embeddings', 'boolean') ?? false,
	};
	return { design, notes: rotary.notes };
}

function activation(name: string): Activation {
	const known = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
	if (known) return known;
	throw new Unsupported(`its activation is ${name}; those known are ${Object.keys(ACTIVATIONS).join(', ')}`);
}

type Values = ReturnType<typeof typedValues>;

function biases({ biases }: Architecture, values: Values): ReadonlySet<Biased> {
	if (biases !== 'configured') return new Set(biases);
	const isSet = (key: string) => values.optional(key, 'boolean') ?? false;
	return new Set<Biased>([
		...(isSet('attention_bias') ? (['qkv', 'o'] as const) : []),
		...(isSet('mlp_bias') ? (['mlp'] as const) : []),
	]);
}

function localAttention(
	architecture: Architecture,
	values: Values,
	layers: number,
	rotary: HfRotary,
): LocalAttention | undefined {
	const isLocal = localLayers(architecture, values, layers);
	const local = Array.from({ length: layers }, (_, layer) => layer).filter(isLocal);
	if (local.length === 0 || !values.has('sliding_window')) return undefined;
	return {
		// A window beyond the last position is none, and the attribute holds 32 bits.
		window: Math.min(values.count('sliding_window', Number.MAX_SAFE_INTEGER), rotary.positions),
		layers: new Set(local),
		rotary: rotary.local,
	};
}

function localLayers({ local }: Architecture, values: Values, layers: number): (layer: number) => boolean {
	const isOptional = local === 'from max_window_layers';
	if (local === 'none' || (isOptional && !values.optional('use_sliding_window', 'boolean'))) return () => false;
	if (values.has('layer_types')) {
		const types = values.list('layer_types', 'string');
		const odd = types.find((type) => type !== 'sliding_attention' && type !== 'full_attention');
		if (odd !== undefined) throw new Unsupported(`it has layers of ${JSON.stringify(odd)}`);
		if (types.length !== layers) throw new Error(`${types.length} layer_types for ${layers} layers`);
		return (layer) => types[layer] === 'sliding_attention';
	}
	if (local === 'all') return () => true;
	if (isOptional) {
		const first = values.required('max_window_layers', 'number');
		return (layer) => layer >= first;
	}
	const every = values.count('sliding_window_pattern', MAX_LAYERS, local);
	return (layer) => (layer + 1) % every !== 0;
}
