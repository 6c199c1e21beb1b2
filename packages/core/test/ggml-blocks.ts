import { toFloat16 } from '../src/checkpoints/float16.js';
import { BLOCK } from '../src/quantisation/index.js';
import type { WrittenTensor } from './gguf-writer.js';

/** ggml's numbers of the types that are written here. */
const TYPES = { Q4_0: 2, Q4_1: 3, Q8_0: 8 };

/** A tensor quantised as ggml's reference does it: the number farthest from 0 (Q4_1: the range) decides the scale. */
export function ggmlQuantised(tensor: WrittenTensor, type: keyof typeof TYPES): WrittenTensor {
	const numbers = new Float32Array(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.length / 4);
	const blocks = Array.from({ length: numbers.length / BLOCK }, (_, block) =>
		ENCODERS[type](numbers.subarray(block * BLOCK, (block + 1) * BLOCK)),
	);
	return { shape: tensor.shape, type: TYPES[type], bytes: Buffer.concat(blocks) };
}

const float16 = (...numbers: number[]) => Buffer.from(toFloat16(Float32Array.from(numbers)).buffer);
const farthest = (block: Float32Array) => block.reduce((far, x) => (Math.abs(x) > Math.abs(far) ? x : far), 0);
const clamp = (code: number) => Math.max(0, Math.min(15, Math.floor(code)));
const inverse = (scale: number) => (scale === 0 ? 0 : 1 / scale);
/** Codes i and i + 16 in a byte. */
const halves = (codes: number[]) => Buffer.from(codes.slice(0, 16).map((code, i) => code | (codes[i + 16]! << 4)));

const ENCODERS = {
	Q4_0: (block: Float32Array) => {
		const scale = farthest(block) / -8;
		return Buffer.concat([float16(scale), halves([...block].map((x) => clamp(x * inverse(scale) + 8.5)))]);
	},
	Q4_1: (block: Float32Array) => {
		const min = Math.min(...block);
		const scale = (Math.max(...block) - min) / 15;
		return Buffer.concat([float16(scale, min), halves([...block].map((x) => clamp((x - min) * inverse(scale) + 0.5)))]);
	},
	Q8_0: (block: Float32Array) => {
		const scale = Math.abs(farthest(block)) / 127;
		return Buffer.concat([float16(scale), Buffer.from(Int8Array.from(block, (x) => Math.round(x * inverse(scale))))]);
	},
};
