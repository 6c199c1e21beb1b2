import { align, GGUF_MAGIC } from '../src/interchange/gguf-header.js';

/** A value of a GGUF key, by the name of its type. */
export type Value =
	| { string: string }
	| { uint32: number }
	| { float32: number }
	| { bool: boolean }
	| { strings: readonly string[] }
	| { int32s: readonly number[] }
	| { float32s: readonly number[] };

/** A tensor as it is to lie in the file; `shape` from the slowest axis, as elsewhere than in GGUF. */
export interface WrittenTensor {
	shape: readonly number[];
	/** ggml's number of the type; 0 is float32. */
	type?: number;
	bytes: Uint8Array;
	/** Where its data begins, if not after that of the tensor before. */
	offset?: number;
}

const little = (bytes: number, write: (view: DataView) => void) => {
	const view = new DataView(new ArrayBuffer(bytes));
	write(view);
	return Buffer.from(view.buffer);
};
export const uint32 = (value: number) => little(4, (view) => view.setUint32(0, value, true));
export const uint64 = (value: number | bigint) => little(8, (view) => view.setBigUint64(0, BigInt(value), true));
const float32 = (value: number) => little(4, (view) => view.setFloat32(0, value, true));
export const string = (text: string) => Buffer.concat([uint64(Buffer.byteLength(text)), Buffer.from(text)]);

function encode(value: Value): Buffer {
	if ('string' in value) return Buffer.concat([uint32(8), string(value.string)]);
	if ('uint32' in value) return Buffer.concat([uint32(4), uint32(value.uint32)]);
	if ('float32' in value) return Buffer.concat([uint32(6), float32(value.float32)]);
	if ('bool' in value) return Buffer.concat([uint32(7), Buffer.of(value.bool ? 1 : 0)]);
	if ('strings' in value) {
		return Buffer.concat([uint32(9), uint32(8), uint64(value.strings.length), ...value.strings.map(string)]);
	}
	if ('float32s' in value) {
		return Buffer.concat([uint32(9), uint32(6), uint64(value.float32s.length), ...value.float32s.map(float32)]);
	}
	return Buffer.concat([uint32(9), uint32(5), uint64(value.int32s.length), ...value.int32s.map(uint32)]);
}

/** A GGUF file, version 3. */
export function gguf(keys: Readonly<Record<string, Value>>, tensors: Readonly<Record<string, WrittenTensor>>): Buffer {
	const header: Uint8Array[] = [Buffer.from(GGUF_MAGIC), uint32(3), uint64(Object.keys(tensors).length)];
	header.push(uint64(Object.keys(keys).length));
	for (const [key, value] of Object.entries(keys)) header.push(string(key), encode(value));
	const data: Uint8Array[] = [];
	let end = 0;
	for (const [name, { shape, type = 0, bytes, offset = end }] of Object.entries(tensors)) {
		header.push(string(name), uint32(shape.length), ...shape.toReversed().map(uint64), uint32(type), uint64(offset));
		data.push(padded(bytes));
		end += data.at(-1)!.length;
	}
	return Buffer.concat([padded(Buffer.concat(header)), ...data]);
}

function padded(bytes: Uint8Array): Uint8Array {
	return Buffer.concat([bytes], align(bytes.length));
}
