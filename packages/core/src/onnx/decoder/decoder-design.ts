import type { BlockFormat } from '../../quantisation/index.js';

/** How positions turn queries and keys: the first `2 frequencies.length` numbers of each head, in two halves. */
export interface Rotary {
	readonly theta: number;
	/** Radians per position, (rotated / 2). */
	readonly frequencies: Float32Array;
	/** Multiplied onto cosines and sines: 1 but for LongRoPE. */
	readonly magnitude: number;
}

/** Layers whose tokens attend to the last `window` positions, their own included. */
export interface LocalAttention {
	readonly window: number;
	readonly layers: ReadonlySet<number>;
	/** Undefined: as in the other layers. */
	readonly rotary?: Rotary | undefined;
}

/** The MLP's: x sigmoid(x), or GELU in its tanh form. */
export type Activation = 'silu' | 'gelu_tanh';

/** Projections that add a bias: q, k and v together, attention's output, all three of the MLP. */
export type Biased = 'qkv' | 'o' | 'mlp';

/** The numbers and facts that a decoder is built from. */
export interface DecoderDesign {
	readonly layers: number;
	/** Of the residual stream. */
	readonly width: number;
	readonly heads: number;
	readonly keyValueHeads: number;
	readonly headDim: number;
	/** Inside the MLP. */
	readonly hidden: number;
	readonly vocab: number;
	/** Longest sequence: the rotary embedding's tables end there. */
	readonly positions: number;
	readonly normEpsilon: number;
	readonly rotary: Rotary;
	readonly local?: LocalAttention | undefined;
	/** Multiplied onto the products of queries and keys. */
	readonly attentionScale: number;
	/** c of c tanh(x / c) on the scaled products, and on logits. Undefined: none. */
	readonly attentionSoftcap?: number | undefined;
	readonly logitSoftcap?: number | undefined;
	/** Multiplied onto embeddings. Undefined: 1. */
	readonly embeddingScale?: number | undefined;
	readonly activation: Activation;
	/** Queries and keys are normed, each head by itself, before they are rotated. */
	readonly headNorms: boolean;
	/** What attention and MLP give is normed before it is added to the stream. */
	readonly branchNorms: boolean;
	readonly biases: ReadonlySet<Biased>;
	/** The head is the embedding. */
	readonly tied: boolean;
}

/** How the numbers of a weight are stored: plainly, or in blocks. Norms, biases and tables are always float32. */
export type Stored = 'float32' | 'float16' | BlockFormat;
