import type { BlockFormat } from '../../quantisation/index.js';

/** The numbers that a decoder of the Llama family is built from. */
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
	readonly ropeTheta: number;
	/** Divisors of the rotary frequencies, (headDim / 2): Llama 3.1's scaling. Undefined: none. */
	readonly ropeFactors?: Float32Array | undefined;
	/** The head is the embedding. */
	readonly tied: boolean;
}

/** How the numbers of a weight are stored: plainly, or in blocks. Norms and tables are always float32. */
export type Stored = 'float32' | 'float16' | BlockFormat;
