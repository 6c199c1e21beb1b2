import type { GgufTensor } from '../../interchange/gguf-header.js';
import type { Biased, DecoderDesign, LocalAttention } from '../../onnx/decoder/decoder-design.js';
import type { Architecture } from '../architectures.js';
import { Unsupported } from '../checkpoint-error.js';
import { MAX_LAYERS, MAX_POSITIONS, MAX_VOCAB, MAX_WIDTH, requireHeads, requireRotated } from '../design-limits.js';
import { plainRotary } from '../rotary.js';
import type { GgufMetadata } from './gguf-metadata.js';

/** What a header says, before tensors are read: rotary frequencies may be divided by some. */
export interface GgufFacts {
	readonly design: Omit<DecoderDesign, 'rotary'>;
	readonly rotaryDims: number;
	readonly theta: number;
}

/** llama.cpp's value where the key is left out. */
const ROPE_THETA = 10_000;

/** The facts of a decoder, from the keys `ARCHITECTURE.…`. Throws a plain Error that says what is missing or odd. */
export function ggufFacts(
	metadata: GgufMetadata,
	architecture: Architecture,
	tensors: ReadonlyMap<string, GgufTensor>,
): GgufFacts {
	const key = (name: string) => `${architecture.gguf}.${name}`;
	const count = (name: string, max: number, fallback?: number) => metadata.count(key(name), max, fallback);
	const width = count('embedding_length', MAX_WIDTH);
	const heads = count('attention.head_count', MAX_WIDTH);
	const keyValueHeads = count('attention.head_count_kv', MAX_WIDTH, heads);
	const headDim = count('attention.key_length', MAX_WIDTH, width / heads);
	requireHeads(heads, keyValueHeads, headDim);
	const valueDim = count('attention.value_length', MAX_WIDTH, headDim);
	if (valueDim !== headDim)
		throw new Unsupported(`${key('attention.value_length')} is ${valueDim} for heads of ${headDim}`);
	const vocab = tensors.get('token_embd.weight')?.shape[1];
	if (vocab === undefined) throw new Error('it has no token_embd.weight');
	if (!(vocab >= 1 && vocab <= MAX_VOCAB)) throw new Error(`${vocab} tokens`);
	const layers = count('block_count', MAX_LAYERS);
	const { gemma, headNorms, defaults } = architecture;
	const softcap = (name: string, fallback: string) =>
		gemma ? (metadata.optionalPositive(key(name)) ?? (defaults[fallback] as number | undefined)) : undefined;
	const theta = metadata.positive(key('rope.freq_base'), ROPE_THETA);
	const design = {
		...{ layers, width, heads, keyValueHeads, headDim, vocab, headNorms },
		hidden: count('feed_forward_length', MAX_WIDTH),
		positions: count('context_length', MAX_POSITIONS),
		normEpsilon: metadata.positive(key('attention.layer_norm_rms_epsilon')),
		local: localAttention(metadata, architecture, layers, headDim),
		attentionScale: 1 / Math.sqrt(layers === architecture.ggufWidthScaled ? width / heads : headDim),
		attentionSoftcap: softcap('attn_logit_softcapping', 'attn_logit_softcapping'),
		logitSoftcap: softcap('final_logit_softcapping', 'final_logit_softcapping'),
		embeddingScale: gemma ? Math.sqrt(width) : undefined,
		activation: gemma ? ('gelu_tanh' as const) : ('silu' as const),
		branchNorms: gemma,
		biases: biasesOf(tensors),
		tied: !tensors.has('output.weight'),
	};
	return { design, rotaryDims: rotaryDims(metadata, architecture, headDim), theta };
}

/** No key tells of biases: the tensors do. */
function biasesOf(tensors: ReadonlyMap<string, GgufTensor>): ReadonlySet<Biased> {
	const named: [tensor: string, biased: Biased][] = [
		['blk.0.attn_q.bias', 'qkv'],
		['blk.0.attn_qkv.bias', 'qkv'],
		['blk.0.attn_output.bias', 'o'],
		['blk.0.ffn_down.bias', 'mlp'],
	];
	return new Set(named.flatMap(([tensor, biased]) => (tensors.has(tensor) ? [biased] : [])));
}

function rotaryDims(metadata: GgufMetadata, { gguf, partialRotary }: Architecture, headDim: number): number {
	const key = `${gguf}.rope.dimension_count`;
	const dims = metadata.count(key, MAX_WIDTH, headDim);
	requireRotated(dims, headDim, partialRotary);
	return dims;
}

/** A window of 0 is none. */
function localAttention(
	metadata: GgufMetadata,
	architecture: Architecture,
	layers: number,
	headDim: number,
): LocalAttention | undefined {
	const { gguf, localTheta } = architecture;
	const key = `${gguf}.attention.sliding_window`;
	if (!metadata.has(key) || metadata.optional(key, 'number') === 0) return undefined;
	// A window beyond the last position is none, and the attribute holds 32 bits.
	const window = Math.min(metadata.count(key, Number.MAX_SAFE_INTEGER), MAX_POSITIONS);
	const isLocal = localLayers(metadata, architecture, layers);
	const theta = localTheta && metadata.positive(`${gguf}.rope.freq_base_swa`, localTheta);
	return {
		window,
		layers: new Set(Array.from({ length: layers }, (_, layer) => layer).filter(isLocal)),
		rotary: theta === undefined ? undefined : plainRotary(theta, headDim),
	};
}

/** The pattern is the architecture's, unless a key has another: n for all but every n-th, or one answer for each layer. */
function localLayers(
	metadata: GgufMetadata,
	{ gguf, local }: Architecture,
	layers: number,
): (layer: number) => boolean {
	const key = `${gguf}.attention.sliding_window_pattern`;
	if (metadata.isList(key)) {
		const pattern = metadata.list(key, 'boolean');
		if (pattern.length !== layers) throw new Error(`${key} has ${pattern.length} values for ${layers} layers`);
		return (layer) => pattern[layer]!;
	}
	if (local === 'all') return () => true;
	if (typeof local !== 'number') throw new Unsupported('it has a sliding window, and does not say in which layers');
	const every = metadata.count(key, MAX_LAYERS, local);
	return (layer) => (layer + 1) % every !== 0;
}
