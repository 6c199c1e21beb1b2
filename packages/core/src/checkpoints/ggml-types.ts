import { Unsupported } from './checkpoint-error.js';
import { fromFloat16 } from './float16.js';
import { type DequantiseBlock, q4_0, q4_1, q5_0, q5_1, q8_0 } from './ggml-blocks.js';
import { q4_k, q5_k, q6_k } from './ggml-k-blocks.js';

/** A ggml tensor type: blocks of `block` numbers in `bytes` bytes. */
export interface GgmlType {
	readonly name: string;
	readonly block: number;
	readonly bytes: number;
	readonly dequantise: DequantiseBlock;
}

const f32: DequantiseBlock = (bytes, at, out, to) => {
	out[to] = bytes.getFloat32(at, true);
};
const f16: DequantiseBlock = (bytes, at, out, to) => {
	out[to] = fromFloat16(bytes.getUint16(at, true));
};
const pair = new DataView(new ArrayBuffer(4));
/** The upper half of a float32. */
const bf16: DequantiseBlock = (bytes, at, out, to) => {
	pair.setUint32(0, bytes.getUint16(at, true) << 16);
	out[to] = pair.getFloat32(0);
};

/** Types that are read, by ggml's number. */
const TYPES: Readonly<Record<number, GgmlType>> = {
	0: { name: 'F32', block: 1, bytes: 4, dequantise: f32 },
	1: { name: 'F16', block: 1, bytes: 2, dequantise: f16 },
	2: { name: 'Q4_0', block: 32, bytes: 18, dequantise: q4_0 },
	3: { name: 'Q4_1', block: 32, bytes: 20, dequantise: q4_1 },
	6: { name: 'Q5_0', block: 32, bytes: 22, dequantise: q5_0 },
	7: { name: 'Q5_1', block: 32, bytes: 24, dequantise: q5_1 },
	8: { name: 'Q8_0', block: 32, bytes: 34, dequantise: q8_0 },
	12: { name: 'Q4_K', block: 256, bytes: 144, dequantise: q4_k },
	13: { name: 'Q5_K', block: 256, bytes: 176, dequantise: q5_k },
	14: { name: 'Q6_K', block: 256, bytes: 210, dequantise: q6_k },
	30: { name: 'BF16', block: 1, bytes: 2, dequantise: bf16 },
};

/** Throws an Unsupported that lists the types that are read. */
export function ggmlType(number: number): GgmlType {
	const type = TYPES[number];
	if (type) return type;
	const names = Object.values(TYPES).map(({ name }) => name);
	throw new Unsupported(`tensors of ggml type ${number}; those read are ${names.join(', ')}`);
}

/** Dequantises whole blocks. Throws a plain Error for bytes that are no whole number of them. */
export function dequantise(type: GgmlType, bytes: Uint8Array): Float32Array {
	const blocks = bytes.length / type.bytes;
	if (!Number.isInteger(blocks)) throw new Error(`${bytes.length} bytes are no blocks of ${type.name}`);
	const out = new Float32Array(blocks * type.block);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	for (let i = 0; i < blocks; i++) type.dequantise(view, i * type.bytes, out, i * type.block);
	return out;
}
