import { Unsupported } from './checkpoint-error.js';

/** Far beyond the largest models; a count is never the size of anything that is made before it is checked (CWE-770). */
export const MAX_LAYERS = 1024;
export const MAX_WIDTH = 1 << 20;
export const MAX_VOCAB = 1 << 22;
/** Tables of the rotary embedding have a row for each. */
export const MAX_POSITIONS = 1 << 20;

/** GroupQueryAttention's kernels rotate heads in blocks of this many numbers. */
const HEAD_BLOCK = 16;

/** Throws a plain Error for heads that make no sense, an Unsupported for those that no kernel takes. */
export function requireHeads(heads: number, keyValueHeads: number, headDim: number): void {
	if (heads % keyValueHeads !== 0) throw new Error(`${keyValueHeads} key-value heads for ${heads} heads`);
	if (headDim % 2 !== 0) throw new Error(`heads of ${headDim}`);
	if (headDim % HEAD_BLOCK !== 0)
		throw new Unsupported(`heads of ${headDim}, where onnxruntime takes multiples of ${HEAD_BLOCK}`);
}

/** Throws an Unsupported where not all of a head is rotated (`isPartial`: where what is rotated fits no kernel). */
export function requireRotated(dims: number, headDim: number, isPartial: boolean): void {
	if (dims === headDim || (isPartial && dims > 0 && dims < headDim && dims % HEAD_BLOCK === 0)) return;
	throw new Unsupported(`${dims} of the ${headDim} numbers of a head are rotated`);
}
