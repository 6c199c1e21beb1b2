import { string, uint32, uint64 } from '../gguf-bytes.js';

/** A value of a GGUF key; a bare text is a string. */
export type GgufValue =
	| string
	| { uint32: number }
	| { float32: number }
	| { strings: readonly string[] }
	| { int32s: readonly number[] };

export interface GgufTensor {
	/** From the slowest axis. */
	shape: readonly number[];
	data: Float32Array;
}

/** What sections and tensors begin at multiples of. */
const ALIGNMENT = 32;

/** A GGUF file, version 3, of float32 tensors: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
export function encodeGguf(
	keys: Readonly<Record<string, GgufValue>>,
	tensors: Readonly<Record<string, GgufTensor>>,
): Buffer {
	const counts = [uint64(Object.keys(tensors).length), uint64(Object.keys(keys).length)];
	const header = [Buffer.from('GGUF'), uint32(3), ...counts];
	for (const [key, value] of Object.entries(keys)) header.push(string(key), encode(value));
	const data: Buffer[] = [];
	let offset = 0;
	for (const [name, { shape, data: numbers }] of Object.entries(tensors)) {
		const dims = shape.toReversed().map(uint64);
		header.push(string(name), uint32(shape.length), ...dims, uint32(0), uint64(offset));
		data.push(padded(Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)));
		offset += data.at(-1)!.length;
	}
	return Buffer.concat([padded(Buffer.concat(header)), ...data]);
}

function encode(value: GgufValue): Buffer {
	if (typeof value === 'string') return Buffer.concat([uint32(8), string(value)]);
	if ('uint32' in value) return Buffer.concat([uint32(4), uint32(value.uint32)]);
	if ('float32' in value) {
		const number = Buffer.alloc(4);
		number.writeFloatLE(value.float32);
		return Buffer.concat([uint32(6), number]);
	}
	const [type, items] = 'strings' in value ? [8, value.strings.map(string)] : [5, value.int32s.map(uint32)];
	return Buffer.concat([uint32(9), uint32(type), uint64(items.length), ...items]);
}

function padded(bytes: Buffer): Buffer {
	return Buffer.concat([bytes, Buffer.alloc(-bytes.length & (ALIGNMENT - 1))]);
}
