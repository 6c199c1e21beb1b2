import { DTYPE_BYTES, type Dtype, elementCount } from './tensor.js';

/** Tensors begin at multiples of this, as the reference implementation lays them out. */
const ALIGNMENT = 8;
const DTYPES = Object.keys(DTYPE_BYTES);

/** A tensor without its numbers. */
export type TensorShape = { dtype: Dtype; shape: readonly number[] };

/** A file as it will be: what it begins with, and the bytes of each tensor after that, in the order they lie there. */
export interface SafetensorsLayout {
	header: Uint8Array;
	places: Map<string, { start: number; end: number }>;
	dataBytes: number;
}

/** Depends on nothing but the arguments: tensors lie by size of element, then name; metadata keys are sorted. */
export function layOut(tensors: ReadonlyMap<string, TensorShape>, metadata: Record<string, string>): SafetensorsLayout {
	const places: SafetensorsLayout['places'] = new Map();
	let end = 0;
	const inOrder = [...tensors].sort(
		([a, s], [b, t]) => DTYPES.indexOf(s.dtype) - DTYPES.indexOf(t.dtype) || compare(a, b),
	);
	const described = inOrder.map(([name, { dtype, shape }]) => {
		const start = end;
		end += elementCount(shape) * DTYPE_BYTES[dtype];
		places.set(name, { start, end });
		return [name, { dtype, shape, data_offsets: [start, end] }] as const;
	});
	const notes = Object.entries(metadata).sort(([a], [b]) => compare(a, b));
	const first = notes.length ? [['__metadata__', Object.fromEntries(notes)] as const] : [];
	// Not through an object: it would put names that look like numbers first.
	const members = [...first, ...described].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
	return { header: withLength(Buffer.from(`{${members.join(',')}}`)), places, dataBytes: end };
}

function withLength(json: Uint8Array): Uint8Array {
	const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
	const header = Buffer.alloc(ALIGNMENT + padded, ' ');
	header.writeBigUInt64LE(BigInt(padded));
	header.set(json, ALIGNMENT);
	return header;
}

/** By code units: the order must not depend on the machine's language. */
function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
