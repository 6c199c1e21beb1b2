import { BLOCK, type BlockFormat, type QuantisedRows } from '../quantisation/index.js';
import { fromFloat16 } from './float16.js';
import type { GgmlType } from './ggml-types.js';

/** Types whose blocks are those of a graph but for their layout. Others have minima, or scales of scales. */
const FORMATS: Readonly<Record<string, BlockFormat>> = {
	Q4_0: { bits: 4, zeroPoints: false },
	Q8_0: { bits: 8, zeroPoints: false },
};
/** Before the codes there is the scale, a float16. */
const SCALE_BYTES = 2;
const HALF = BLOCK / 2;

export function graphFormat(type: GgmlType): BlockFormat | undefined {
	return Object.hasOwn(FORMATS, type.name) ? FORMATS[type.name] : undefined;
}

/** Whole rows of a type that has a {@link graphFormat}, laid out anew: no number changes. */
export function repack(type: GgmlType, bytes: Uint8Array): QuantisedRows {
	const blocks = bytes.length / type.bytes;
	const codeBytes = type.bytes - SCALE_BYTES;
	const codes = new Uint8Array(blocks * codeBytes);
	const scales = new Float32Array(blocks);
	const lay = type.name === 'Q4_0' ? pairNibbles : shiftSigned;
	for (let block = 0; block < blocks; block++) {
		const at = block * type.bytes;
		scales[block] = fromFloat16(bytes[at]! | (bytes[at + 1]! << 8));
		lay(bytes, at + SCALE_BYTES, codes, block * codeBytes);
	}
	return { codes, scales };
}

/** From numbers i and i + 16 in a byte to numbers 2i and 2i + 1; 8 stands for 0 in both. */
function pairNibbles(bytes: Uint8Array, at: number, codes: Uint8Array, to: number): void {
	for (let i = 0; i < HALF; i += 2) {
		const [left, right] = [bytes[at + i]!, bytes[at + i + 1]!];
		codes[to + i / 2] = (left & 15) | ((right & 15) << 4);
		codes[to + (i + HALF) / 2] = (left >> 4) | (right & 0xf0);
	}
}

/** From int8 to uint8 with 128 for 0. */
function shiftSigned(bytes: Uint8Array, at: number, codes: Uint8Array, to: number): void {
	for (let i = 0; i < BLOCK; i++) codes[to + i] = bytes[at + i]! ^ 0x80;
}
