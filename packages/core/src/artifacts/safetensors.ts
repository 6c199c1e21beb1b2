import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { SteeringError } from '../errors/index.js';
import { fileError } from './read-json.js';
import { MAX_HEADER_BYTES, parseHeader, type SafetensorsHeader, type TensorEntry } from './safetensors-header.js';
import { type Tensor, viewAs } from './tensor.js';

const LENGTH_BYTES = 8;
/** One read call moves at most 2 GiB. */
const MAX_READ_BYTES = 1 << 30;
const CUT = 'the file ends too early';

/** An open file: the header is read and checked, tensors are read when asked for, each as its own byte range. */
export type SafetensorsFile = SafetensorsHeader & {
	path: string;
	/** @throws SteeringError ERR_BAD_FILE when there is no such tensor, or the file was cut meanwhile. */
	read(name: string): Promise<Tensor>;
	/** `length` bytes of a tensor from its byte `start` on, little-endian as they lie there. Throws as `read`. */
	readBytes(name: string, start: number, length: number): Promise<Uint8Array>;
	/** The same at once, for fits that go through a tensor in chunks and compute far longer than they read. */
	readBytesSync(name: string, start: number, length: number): Uint8Array<ArrayBuffer>;
	close(): Promise<void>;
};

/**
 * Opens a safetensors file without reading its tensors; `hint` says what makes the file when it is missing or cut short.
 *
 * @throws SteeringError ERR_MISSING_INPUT, or ERR_BAD_FILE when anything in the header is not as the format demands.
 */
export async function openSafetensors(path: string, hint?: string): Promise<SafetensorsFile> {
	const handle = await open(path).catch((cause) => {
		throw fileError(path, cause, hint);
	});
	try {
		const { header, dataStart } = await readHeader(handle);
		const file = { path, handle, header, dataStart, hint };
		const read = (name: string) => readTensor(file, name);
		const readBytes = (name: string, start: number, length: number) => readPart(file, name, start, length);
		const readBytesSync = (name: string, start: number, length: number) => readPartSync(file, name, start, length);
		return { ...header, path, read, readBytes, readBytesSync, close: () => handle.close() };
	} catch (cause) {
		await handle.close();
		throw badFile(path, cause, hint);
	}
}

/** Reads every tensor into memory; see {@link openSafetensors} for the errors. */
export async function readSafetensors(
	path: string,
	hint?: string,
): Promise<{ tensors: Map<string, Tensor>; metadata: Record<string, string> }> {
	const file = await openSafetensors(path, hint);
	try {
		const tensors = new Map<string, Tensor>();
		for (const name of file.entries.keys()) tensors.set(name, await file.read(name));
		return { tensors, metadata: file.metadata };
	} finally {
		await file.close();
	}
}

async function readHeader(handle: FileHandle): Promise<{ header: SafetensorsHeader; dataStart: number }> {
	const { size } = await handle.stat();
	if (size < LENGTH_BYTES) throw new Error(`${size} bytes are too few`);
	const length = Number(new DataView(await readRange(handle, 0, LENGTH_BYTES)).getBigUint64(0, true));
	const dataStart = LENGTH_BYTES + length;
	if (length > MAX_HEADER_BYTES) throw new Error(`a header of ${length} bytes, the limit is ${MAX_HEADER_BYTES}`);
	if (dataStart > size) throw new Error(`the header ends at byte ${dataStart}, the file at ${size}`);
	const bytes = new Uint8Array(await readRange(handle, LENGTH_BYTES, length));
	return { header: parseHeader(bytes, size - dataStart), dataStart };
}

interface OpenFile {
	path: string;
	handle: FileHandle;
	header: SafetensorsHeader;
	dataStart: number;
	hint: string | undefined;
}

async function readTensor(file: OpenFile, name: string): Promise<Tensor> {
	const { dtype, shape, start, end } = entryOf(file, name);
	const bytes = await readPart(file, name, 0, end - start);
	return { dtype, shape, data: viewAs(dtype, bytes.buffer) };
}

function entryOf({ path, header }: OpenFile, name: string): TensorEntry {
	const entry = header.entries.get(name);
	if (entry) return entry;
	const names = [...header.entries.keys()].slice(0, 5).join(', ') || 'none';
	throw new SteeringError('ERR_BAD_FILE', `${path} has no tensor ${name} (it has: ${names})`);
}

async function readPart(file: OpenFile, name: string, start: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
	const position = positionOf(file, name, start, length);
	try {
		return new Uint8Array(await readRange(file.handle, position, length));
	} catch (cause) {
		throw badFile(file.path, cause, file.hint);
	}
}

function readPartSync(file: OpenFile, name: string, start: number, length: number): Uint8Array<ArrayBuffer> {
	const position = positionOf(file, name, start, length);
	try {
		const bytes = new Uint8Array(length);
		for (let done = 0; done < length; ) {
			const wanted = Math.min(length - done, MAX_READ_BYTES);
			const read = readSync(file.handle.fd, bytes, done, wanted, position + done);
			if (read === 0) throw new Error(CUT);
			done += read;
		}
		return bytes;
	} catch (cause) {
		throw badFile(file.path, cause, file.hint);
	}
}

function positionOf(file: OpenFile, name: string, start: number, length: number): number {
	const entry = entryOf(file, name);
	if (start + length > entry.end - entry.start)
		throw new RangeError(`tensor ${name} has no byte ${start + length - 1}`);
	return file.dataStart + entry.start + start;
}

async function readRange(handle: FileHandle, position: number, length: number): Promise<ArrayBuffer> {
	const bytes = new Uint8Array(length);
	for (let done = 0; done < length; ) {
		const wanted = Math.min(length - done, MAX_READ_BYTES);
		const { bytesRead } = await handle.read(bytes, done, wanted, position + done);
		if (bytesRead === 0) throw new Error(CUT);
		done += bytesRead;
	}
	return bytes.buffer;
}

function badFile(path: string, cause: unknown, hint = 'make or fetch it again'): SteeringError {
	const reason = cause instanceof Error ? cause.message : String(cause);
	return new SteeringError('ERR_BAD_FILE', `${path} is not a safetensors file (${reason})`, {
		hint: `it may have been cut short: ${hint}`,
		cause,
	});
}
