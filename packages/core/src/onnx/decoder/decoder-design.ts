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

/** Numbers are stored as one of these; norms and tables always in float32. Arithmetic is float32. */
export const STORED_TYPES = ['float32', 'float16'] as const;
export type StoredType = (typeof STORED_TYPES)[number];
