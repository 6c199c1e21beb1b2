import type { GgufTensor } from '../../interchange/gguf-header.js';
import type { DecoderDesign } from '../../onnx/decoder/decoder-design.js';
import { Unsupported } from '../checkpoint-error.js';
import type { GgufMetadata } from './gguf-metadata.js';

/** Far beyond the largest models; a count is never the size of anything that is made before it is checked (CWE-770). */
const MAX_LAYERS = 1024;
const MAX_WIDTH = 1 << 20;
const MAX_VOCAB = 1 << 22;
/** Tables of the rotary embedding have a row for each. */
const MAX_POSITIONS = 1 << 20;

/** llama.cpp's values for keys that may be left out. */
const ROPE_THETA = 10_000;
/** Kinds of frequency scaling that leave the frequencies as they are. */
const NO_SCALING = new Set(['none', undefined]);

/** The numbers of a decoder, from the keys `ARCHITECTURE.…`. Throws a plain Error that says what is missing or odd. */
export function ggufDesign(
	metadata: GgufMetadata,
	name: string,
	tensors: ReadonlyMap<string, GgufTensor>,
): Omit<DecoderDesign, 'ropeFactors'> {
	const count = (key: string, max: number, fallback?: number) => metadata.count(`${name}.${key}`, max, fallback);
	const width = count('embedding_length', MAX_WIDTH);
	const heads = count('attention.head_count', MAX_WIDTH);
	const keyValueHeads = count('attention.head_count_kv', MAX_WIDTH, heads);
	const headDim = count('attention.key_length', MAX_WIDTH, width / heads);
	if (heads % keyValueHeads !== 0) throw new Error(`${keyValueHeads} key-value heads for ${heads} heads`);
	if (headDim % 2 !== 0) throw new Error(`heads of ${headDim}`);
	const same = { 'attention.value_length': headDim, 'rope.dimension_count': headDim };
	for (const [key, wanted] of Object.entries(same)) {
		const value = count(key, MAX_WIDTH, wanted);
		if (value !== wanted) throw new Unsupported(`${name}.${key} is ${value} for heads of ${wanted}`);
	}
	const scaling = metadata.optional(`${name}.rope.scaling.type`, 'string');
	if (!NO_SCALING.has(scaling)) throw new Unsupported(`its rotary frequencies are scaled by ${scaling}`);
	const vocab = tensors.get('token_embd.weight')?.shape[1];
	if (vocab === undefined) throw new Error('it has no token_embd.weight');
	return {
		...{ width, heads, keyValueHeads, headDim },
		layers: count('block_count', MAX_LAYERS),
		hidden: count('feed_forward_length', MAX_WIDTH),
		vocab: within(vocab, MAX_VOCAB, 'tokens'),
		positions: count('context_length', MAX_POSITIONS),
		normEpsilon: positive(metadata.required(`${name}.attention.layer_norm_rms_epsilon`, 'number'), 'norm epsilon'),
		ropeTheta: positive(metadata.optional(`${name}.rope.freq_base`, 'number') ?? ROPE_THETA, 'rotary base'),
		tied: !tensors.has('output.weight'),
	};
}

function within(value: number, max: number, what: string): number {
	if (value >= 1 && value <= max) return value;
	throw new Error(`${value} ${what}`);
}

function positive(value: number, what: string): number {
	if (value > 0 && Number.isFinite(value)) return value;
	throw new Error(`a ${what} of ${value}`);
}
