import { fromFloat16 } from './float16.js';
import type { DequantiseBlock } from './ggml-blocks.js';

/** Super-blocks of 256 numbers in groups of 32 (Q6_K: 16), each group with a scale of 6 bits (Q6_K: 8) of its own. */
const GROUPS = 8;
const GROUP = 32;

/** Scale and minimum of a group, in units of the super-block's: 12 bytes hold eight of either, of 6 bits. */
function scaleAndMin(bytes: DataView, at: number, group: number): [scale: number, min: number] {
	const byte = (i: number) => bytes.getUint8(at + i);
	if (group < 4) return [byte(group) & 63, byte(group + 4) & 63];
	const low = byte(group + 4);
	return [(low & 15) | ((byte(group - 4) >> 6) << 4), (low >> 4) | ((byte(group) >> 6) << 4)];
}

/** d scale q - dmin min, q in 4 bits: two groups share 32 bytes, in the low and in the high halves. */
export const q4_k: DequantiseBlock = (bytes, at, out, to) => {
	kBlock(bytes, at, at + 16, undefined, out, to);
};

/** The same with a fifth bit, of which a byte holds one for each group. */
export const q5_k: DequantiseBlock = (bytes, at, out, to) => {
	kBlock(bytes, at, at + 48, at + 16, out, to);
};

function kBlock(
	bytes: DataView,
	at: number,
	low: number,
	high: number | undefined,
	out: Float32Array,
	to: number,
): void {
	const d = fromFloat16(bytes.getUint16(at, true));
	const dmin = fromFloat16(bytes.getUint16(at + 2, true));
	for (let group = 0; group < GROUPS; group++) {
		const [scale, min] = scaleAndMin(bytes, at + 4, group);
		const start = low + (group >> 1) * GROUP;
		const shift = (group & 1) * 4;
		for (let i = 0; i < GROUP; i++) {
			const fifth = high === undefined ? 0 : (bytes.getUint8(high + i) >> group) & 1;
			const q = ((bytes.getUint8(start + i) >> shift) & 15) | (fifth << 4);
			out[to + group * GROUP + i] = d * scale * q - dmin * min;
		}
	}
}

/** d scale (q - 32): 4 bits of q in the first 128 bytes, 2 in the next 64, then 16 signed scales, then d. */
export const q6_k: DequantiseBlock = (bytes, at, out, to) => {
	const d = fromFloat16(bytes.getUint16(at + 208, true));
	for (let i = 0; i < GROUPS * GROUP; i++) {
		const half = i >> 7;
		const group = (i >> 5) & 3;
		const j = i & 31;
		const low = (bytes.getUint8(at + half * 64 + (group & 1) * 32 + j) >> ((group >> 1) * 4)) & 15;
		const high = (bytes.getUint8(at + 128 + half * 32 + j) >> (group * 2)) & 3;
		out[to + i] = d * bytes.getInt8(at + 192 + (i >> 4)) * ((low | (high << 4)) - 32);
	}
};
