import { type FileHandle, open } from 'node:fs/promises';
import { fileError } from '../../artifacts/read-json.js';
import { EndOfBytes } from '../../interchange/byte-reader.js';
import { type GgufHeader, type GgufTensor, parseGgufHeader } from '../../interchange/gguf-header.js';
import { quoted } from '../../interchange/read-bounded.js';
import { Unsupported } from '../checkpoint-error.js';
import { dequantise, type GgmlType, ggmlType } from '../ggml-types.js';

/** Headers hold the tokenizer: 2 MB with 49,152 tokens, 10 MB with 262,144. */
const FIRST_READ_BYTES = 1 << 22;
const MAX_HEADER_BYTES = 1 << 27;
/** Tensors are read in pieces of about this many numbers. */
const PIECE = 1 << 20;

/** An open GGUF file. Its methods throw plain Errors that say what is wrong. */
export class GgufFile {
	readonly header: GgufHeader;
	readonly #file: FileHandle;

	private constructor(file: FileHandle, header: GgufHeader) {
		this.#file = file;
		this.header = header;
	}

	/** Throws SteeringError ERR_MISSING_INPUT when there is no such file, else plain Errors. */
	static async open(path: string): Promise<GgufFile> {
		const file = await open(path, 'r').catch((cause) => {
			throw fileError(path, cause, 'give the path of a .gguf file');
		});
		try {
			const info = await file.stat();
			if (!info.isFile()) throw new Error('it is no regular file');
			const header = await readHeader(file, info.size);
			checkLayout(header, info.size);
			return new GgufFile(file, header);
		} catch (error) {
			await file.close();
			throw error;
		}
	}

	async close(): Promise<void> {
		await this.#file.close();
	}

	/** Throws for a tensor that is not there or of another shape, counted from the slowest axis as elsewhere than in GGUF. */
	requireShape(name: string, dims: readonly number[]): void {
		const shape = this.header.tensors.get(name)?.shape;
		if (shape === undefined) throw new Error(`it has no ${name}`);
		const found = shape.toReversed();
		if (found.length !== dims.length || found.some((dim, i) => dim !== dims[i])) {
			throw new Error(`${name} is [${found}], where [${dims}] is wanted`);
		}
	}

	/** How a tensor lies in the file; undefined: there is none of that name. */
	typeOf(name: string): GgmlType | undefined {
		const tensor = this.header.tensors.get(name);
		return tensor && ggmlType(tensor.type);
	}

	/**
	 * The numbers of `count` rows of a tensor from `start` on (default: all) in pieces, each of whole groups of `group` rows. A list
	 * comes in one piece.
	 */
	async *rows(name: string, group: number, start = 0, count?: number): AsyncGenerator<Float32Array> {
		for await (const bytes of this.bytes(name, group, start, count)) yield dequantise(this.typeOf(name)!, bytes);
	}

	/** The same as it lies in the file. */
	async *bytes(name: string, group: number, start = 0, count?: number): AsyncGenerator<Uint8Array> {
		const tensor = this.header.tensors.get(name)!;
		const type = ggmlType(tensor.type);
		const row = rowBytes(tensor, type);
		const first = this.header.dataStart + tensor.offset;
		const isWhole = count === undefined || tensor.shape.length === 1;
		const end = isWhole ? first + byteLength(tensor, type) : first + (start + count) * row;
		const step = group * row * Math.max(1, Math.floor(PIECE / (group * (tensor.shape[0] ?? 1))));
		for (let at = first + start * row; at < end; at += step) {
			yield await readAt(this.#file, at, Math.min(step, end - at));
		}
	}
}

async function readHeader(file: FileHandle, size: number): Promise<GgufHeader> {
	for (let length = FIRST_READ_BYTES; ; length *= 4) {
		const bytes = await readAt(file, 0, Math.min(length, size, MAX_HEADER_BYTES));
		try {
			return parseGgufHeader(bytes);
		} catch (error) {
			if (!(error instanceof EndOfBytes) || bytes.length === size) throw error;
			if (bytes.length === MAX_HEADER_BYTES) throw new Error(`a header of more than ${MAX_HEADER_BYTES} bytes`);
		}
	}
}

/** Each tensor must be of a type that is read, lie within the file, and share no byte with another. */
function checkLayout({ tensors, dataStart }: GgufHeader, size: number): void {
	const places = [...tensors].map(([name, tensor]) => {
		const length = byteLength(tensor, typeOf(name, tensor));
		return { name, start: tensor.offset, end: tensor.offset + length };
	});
	places.sort((a, b) => a.start - b.start);
	let end = 0;
	for (const place of places) {
		if (place.start < end) throw new Error(`tensor ${quoted(place.name)} overlaps the one before it`);
		if (!(dataStart + place.end <= size)) {
			throw new Error(`tensor ${quoted(place.name)} ends at byte ${dataStart + place.end} of ${size}`);
		}
		end = place.end;
	}
}

function typeOf(name: string, tensor: GgufTensor): GgmlType {
	try {
		return ggmlType(tensor.type);
	} catch (error) {
		throw new Unsupported(`${quoted(name)}: ${(error as Error).message}`);
	}
}

function rowBytes({ shape }: GgufTensor, type: GgmlType): number {
	const blocks = (shape[0] ?? 1) / type.block;
	if (!Number.isInteger(blocks)) throw new Error(`rows of ${shape[0]} in blocks of ${type.block}`);
	return blocks * type.bytes;
}

function byteLength(tensor: GgufTensor, type: GgmlType): number {
	return tensor.shape.slice(1).reduce((product, dim) => product * dim, rowBytes(tensor, type));
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
	const bytes = new Uint8Array(length);
	for (let done = 0; done < length; ) {
		const { bytesRead } = await file.read(bytes, done, length - done, position + done);
		if (bytesRead === 0) throw new Error('it ends while it is being read');
		done += bytesRead;
	}
	return bytes;
}
