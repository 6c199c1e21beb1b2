import { ByteReader } from './byte-reader.js';
import { quoted } from './read-bounded.js';

/** The largest models have a thousand tensors (experts are one tensor a layer) and fifty keys. A count beyond is not read on (CWE-770). */
const MAX_KEYS = 10_000;
const MAX_TENSORS = 10_000;
/** ggml's limits. */
const MAX_DIMENSIONS = 4;
const MAX_NAME_BYTES = 64;
const MAX_KEY_BYTES = 65_535;

/** A vocabulary has up to 262,144 entries, and BPE twice as many merges. */
const MAX_ARRAY_LENGTH = 1 << 22;
/** Before the bytes of each string. */
const STRING_LENGTH_BYTES = 8;

const DEFAULT_ALIGNMENT = 32;
const MAX_ALIGNMENT = 1 << 20;
/** Version 3 allows big-endian files, 2 is otherwise the same; version 1 counted in 32 bits and has died out. */
const VERSIONS = [2, 3];

export const GGUF_MAGIC = 'GGUF';
export const GGUF_STRING = 8;
export const GGUF_UINT32 = 4;
const GGUF_ARRAY = 9;

/** How a value is read, by its type; strings and arrays have their own ways. */
const READ: Readonly<Record<number, (reader: ByteReader) => number | boolean | bigint>> = {
	0: (reader) => reader.uint8(),
	1: (reader) => reader.int8(),
	2: (reader) => reader.uint16(),
	3: (reader) => reader.int16(),
	[GGUF_UINT32]: (reader) => reader.uint32(),
	5: (reader) => reader.int32(),
	6: (reader) => reader.float32(),
	7: (reader) => reader.uint8() !== 0,
	10: (reader) => BigInt.asUintN(64, reader.int64()),
	11: (reader) => reader.int64(),
	12: (reader) => reader.float64(),
};
/** The size of each of those, in bytes. */
const VALUE_BYTES: readonly (number | undefined)[] = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8];

/** A whole number of 64 bits is a number where that holds it, else a bigint. */
export type GgufScalar = string | number | boolean | bigint;
export type GgufValue = GgufScalar | readonly GgufScalar[];

export interface GgufTensor {
	/** ggml's number of the dtype; 0 is float32. */
	type: number;
	shape: readonly number[];
	/** From the start of the data. */
	offset: number;
}

export interface GgufHeader {
	values: ReadonlyMap<string, GgufValue>;
	tensors: ReadonlyMap<string, GgufTensor>;
	dataStart: number;
}

/**
 * Parses the header of a GGUF file, version 2 or 3. Throws a plain Error that says what is wrong.
 * @see https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function parseGgufHeader(bytes: Uint8Array): GgufHeader {
	const reader = new ByteReader(bytes);
	if (Buffer.from(reader.bytes(4)).toString('latin1') !== GGUF_MAGIC) throw new Error('it does not begin with GGUF');
	const version = reader.uint32();
	if (!VERSIONS.includes(version)) throw new Error(`version ${version}, or big-endian`);
	const tensorCount = atMost(MAX_TENSORS, reader.uint64(), 'tensors');
	const keyCount = atMost(MAX_KEYS, reader.uint64(), 'keys');
	const values = new Map<string, GgufValue>();
	for (let i = 0; i < keyCount; i++) readPair(reader, values);
	const tensors = new Map<string, GgufTensor>();
	for (let i = 0; i < tensorCount; i++) readTensor(reader, tensors);
	return { values, tensors, dataStart: align(reader.position, alignmentOf(values)) };
}

export function align(position: number, alignment = DEFAULT_ALIGNMENT): number {
	return Math.ceil(position / alignment) * alignment;
}

function alignmentOf(values: ReadonlyMap<string, GgufValue>): number {
	const alignment = values.get('general.alignment') ?? DEFAULT_ALIGNMENT;
	if (
		typeof alignment === 'number' &&
		alignment >= 1 &&
		alignment <= MAX_ALIGNMENT &&
		Number.isInteger(Math.log2(alignment))
	) {
		return alignment;
	}
	throw new Error(`an alignment of ${alignment}`);
}

function readPair(reader: ByteReader, values: Map<string, GgufValue>): void {
	const key = readString(reader, MAX_KEY_BYTES);
	if (values.has(key)) throw new Error(`key ${quoted(key)} occurs twice`);
	const type = reader.uint32();
	values.set(key, type === GGUF_ARRAY ? readArray(reader) : readScalar(reader, type));
}

function readScalar(reader: ByteReader, type: number): GgufScalar {
	if (type === GGUF_STRING) return readString(reader);
	const read = READ[type];
	if (read === undefined) throw new Error(`a value of type ${type}`);
	const value = read(reader);
	return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** Arrays of arrays occur in no file, and would let a header nest without end. */
function readArray(reader: ByteReader): GgufScalar[] {
	const type = reader.uint32();
	const length = reader.uint64();
	// What cannot be there is refused before it is made.
	reader.peek(length * (type === GGUF_STRING ? STRING_LENGTH_BYTES : bytesOf(type)));
	atMost(MAX_ARRAY_LENGTH, length, 'values in an array');
	const array: GgufScalar[] = [];
	for (let i = 0; i < length; i++) array.push(readScalar(reader, type));
	return array;
}

function bytesOf(type: number): number {
	const bytes = VALUE_BYTES[type];
	if (bytes === undefined) throw new Error(`a value of type ${type}`);
	return bytes;
}

function readTensor(reader: ByteReader, tensors: Map<string, GgufTensor>): void {
	const name = readString(reader, MAX_NAME_BYTES);
	if (tensors.has(name)) throw new Error(`tensor ${quoted(name)} occurs twice`);
	const dimensions = atMost(MAX_DIMENSIONS, reader.uint32(), 'dimensions');
	const shape = Array.from({ length: dimensions }, () => reader.uint64());
	tensors.set(name, { shape, type: reader.uint32(), offset: reader.uint64() });
}

function readString(reader: ByteReader, maxBytes = Number.POSITIVE_INFINITY): string {
	return reader.text(atMost(maxBytes, reader.uint64(), 'bytes in a name'));
}

function atMost(limit: number, count: number, what: string): number {
	if (count <= limit) return count;
	throw new Error(`${count} ${what}, the limit is ${limit}`);
}
