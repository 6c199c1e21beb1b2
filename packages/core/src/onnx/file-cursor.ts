import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SteeringError } from '../errors/index.js';

/** Read ahead by this much: nodes are a few hundred bytes each, so that one system call serves many. */
const WINDOW_BYTES = 256 * 1024;

/**
 * Walks a protobuf file on disk without holding it: lengths are read, payloads are skipped unless asked for.
 * A model with inline weights may be 2 GB; what it costs here is one window.
 */
export class FileCursor {
	readonly size: number;
	position = 0;
	readonly #fd: number;
	readonly #path: string;
	#window: Uint8Array = new Uint8Array(0);
	#windowStart = 0;

	constructor(path: string) {
		this.#path = path;
		this.#fd = openSync(path, 'r');
		this.size = fstatSync(this.#fd).size;
	}

	close(): void {
		closeSync(this.#fd);
	}

	/** `length` bytes from here; the cursor moves past them. */
	bytes(length: number): Uint8Array {
		this.#need(length);
		const start = this.position;
		this.position += length;
		if (length > WINDOW_BYTES) return this.#read(start, length);
		this.#open(start, length);
		return this.#window.slice(start - this.#windowStart, start - this.#windowStart + length);
	}

	/** Most of a graph is read a byte at a time: no slice for each. */
	#byte(): number {
		this.#need(1);
		this.#open(this.position, 1);
		return this.#window[this.position++ - this.#windowStart]!;
	}

	/** Moves the window to `length` bytes from `start`, unless they are in it. */
	#open(start: number, length: number): void {
		if (start >= this.#windowStart && start + length <= this.#windowStart + this.#window.length) return;
		this.#window = this.#read(start, Math.min(WINDOW_BYTES, this.size - start));
		this.#windowStart = start;
	}

	skip(length: number): void {
		this.#need(length);
		this.position += length;
	}

	varint(): number {
		let value = 0;
		let factor = 1;
		for (let i = 0; i < 10; i++) {
			const byte = this.#byte();
			value += (byte & 0x7f) * factor;
			if (byte < 0x80) return value;
			factor *= 128;
		}
		throw this.corrupt('a number of more than ten bytes');
	}

	corrupt(what: string): SteeringError {
		return new SteeringError(
			'ERR_BAD_FILE',
			`${this.#path} is not a readable ONNX file: ${what} at byte ${this.position}`,
			{
				hint: 'download or export it again',
			},
		);
	}

	#need(length: number): void {
		if (length < 0 || this.position + length > this.size) throw this.corrupt('it ends in the middle of a field');
	}

	#read(start: number, length: number): Uint8Array {
		const buffer = new Uint8Array(length);
		let done = 0;
		while (done < length) {
			const got = readSync(this.#fd, buffer, done, length - done, start + done);
			if (got === 0) throw this.corrupt('it ends in the middle of a field');
			done += got;
		}
		return buffer;
	}
}

/** Fields of a message that ends at `end`: number, wire type, and the payload's length where it is length-delimited. */
export function* fields(
	cursor: FileCursor,
	end: number,
): Generator<{ no: number; wire: number; start: number; length: number }> {
	while (cursor.position < end) {
		const start = cursor.position;
		const tag = cursor.varint();
		const no = Math.floor(tag / 8);
		const wire = tag & 7;
		if (no === 0) throw cursor.corrupt('a field with number 0');
		const length = wire === 2 ? cursor.varint() : wire === 5 ? 4 : wire === 1 ? 8 : wire === 0 ? 0 : -1;
		if (length < 0) throw cursor.corrupt(`wire type ${wire}`);
		if (wire !== 0 && cursor.position + length > end) throw cursor.corrupt('a field longer than its message');
		yield { no, wire, start, length };
	}
	if (cursor.position !== end) throw cursor.corrupt('a field longer than its message');
}
