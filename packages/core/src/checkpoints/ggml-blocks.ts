import { fromFloat16 } from './float16.js';

/**
 * Dequantises the block that begins at byte `at` into `out` from `to` on. `bytes` is one view of all blocks. Every product of a
 * scale and a quantised number is exact in float64, so that what is stored is rounded once, as in ggml's own float32.
 * @see https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c
 */
export type DequantiseBlock = (bytes: DataView, at: number, out: Float32Array, to: number) => void;

const float16At = (bytes: DataView, at: number) => fromFloat16(bytes.getUint16(at, true));

/** q in the low and high halves of each byte: numbers 0 to 15 of the block, then 16 to 31. */
const HALF = 16;

/** d (q - 8) */
export const q4_0: DequantiseBlock = (bytes, at, out, to) => {
	const scale = float16At(bytes, at);
	for (let i = 0; i < HALF; i++) {
		const byte = bytes.getUint8(at + 2 + i);
		out[to + i] = scale * ((byte & 15) - 8);
		out[to + HALF + i] = scale * ((byte >> 4) - 8);
	}
};

/** d q + m */
export const q4_1: DequantiseBlock = (bytes, at, out, to) => {
	const scale = float16At(bytes, at);
	const min = float16At(bytes, at + 2);
	for (let i = 0; i < HALF; i++) {
		const byte = bytes.getUint8(at + 4 + i);
		out[to + i] = scale * (byte & 15) + min;
		out[to + HALF + i] = scale * (byte >> 4) + min;
	}
};

/** d (q - 16): the fifth bits of all 32 come first. */
export const q5_0: DequantiseBlock = (bytes, at, out, to) => {
	const scale = float16At(bytes, at);
	const fifth = bytes.getUint32(at + 2, true);
	for (let i = 0; i < HALF; i++) {
		const byte = bytes.getUint8(at + 6 + i);
		out[to + i] = scale * (((byte & 15) | (((fifth >>> i) & 1) << 4)) - 16);
		out[to + HALF + i] = scale * (((byte >> 4) | (((fifth >>> (i + HALF)) & 1) << 4)) - 16);
	}
};

/** d q + m, with fifth bits. */
export const q5_1: DequantiseBlock = (bytes, at, out, to) => {
	const scale = float16At(bytes, at);
	const min = float16At(bytes, at + 2);
	const fifth = bytes.getUint32(at + 4, true);
	for (let i = 0; i < HALF; i++) {
		const byte = bytes.getUint8(at + 8 + i);
		out[to + i] = scale * ((byte & 15) | (((fifth >>> i) & 1) << 4)) + min;
		out[to + HALF + i] = scale * ((byte >> 4) | (((fifth >>> (i + HALF)) & 1) << 4)) + min;
	}
};

/** d q, q in 8 bits. */
export const q8_0: DequantiseBlock = (bytes, at, out, to) => {
	const scale = float16At(bytes, at);
	for (let i = 0; i < 2 * HALF; i++) out[to + i] = scale * bytes.getInt8(at + 2 + i);
};
