import type { HookPoint } from '../onnx/index.js';

/** Token positions an intervention acts on, relative to the prompt (SPEC 1.8); null: all of them. */
export type Toks = 'before' | 'after' | null;

/** A map of rank r on activations of width D: h -> h + (h - center) left right + scale (h - center). Row-major float32. */
export interface LowRankMap {
	/** (D) */
	center: Float32Array;
	/** (D, r) */
	left: Float32Array;
	/** (r, D) */
	right: Float32Array;
	rank: number;
	/** What the map adds along every direction: 0 for projections (LEACE, orth), s - 1 where the identity is scaled by s. */
	scale?: number;
}

/** A map of full rank, where two factors would cost twice as much: h -> h + (h - center) matrix. Row-major float32. */
export interface DenseMap {
	/** (D) */
	center: Float32Array;
	/** (D, D) */
	matrix: Float32Array;
}

/** Which tokens are acted on, by their own activations: those with h . direction > threshold, or all the others. */
export interface Gate {
	/** (D) */
	direction: Float32Array;
	threshold: number;
	side: 'above' | 'notAbove';
}

/**
 * One change at one hook point: h' = h + mask * gate * ((h - c) U V + scale (h - c) + vector), with U V as one matrix in a dense map. Adding a vector has no map and no
 * gate; the multiplier is already in the vector.
 */
export interface Intervention {
	point: HookPoint;
	/** (D), float32, in the units of the activations. */
	vector: Float32Array;
	map?: LowRankMap | DenseMap;
	gate?: Gate;
	toks: Toks;
}

/**
 * Whether an intervention acts on the token at an absolute position of a sequence whose prompt has `promptLength` tokens. The
 * last prompt token belongs to "after": its output predicts the first token of the reply. Absolute positions make this the same
 * with and without a KV cache (the Python tool's slices are not: SPEC 1.8).
 */
export function actsAt(toks: Toks, position: number, promptLength: number): boolean {
	if (toks === null) return true;
	return toks === 'before' ? position < promptLength - 1 : position >= promptLength - 1;
}
