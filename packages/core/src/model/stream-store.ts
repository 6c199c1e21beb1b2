import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SteeringError } from '../errors/index.js';

/** What is kept in memory of one store: two of them and a batch stay far below what a laptop has. */
const MEMORY_LIMIT_BYTES = 1 << 30;

export interface SpillOptions {
	/** Bytes that one store keeps in memory; default 1 GiB. */
	limitBytes?: number | undefined;
	/** Where the rest goes; default the system's temporary folder, which on many systems is memory, too. */
	folder?: string | undefined;
}

/** Hidden states by batch: in memory up to a limit, in a file without a name past it. */
export class StreamStore {
	readonly #limit: number;
	readonly #folder: string;
	readonly #held = new Map<number, Float32Array>();
	readonly #spilled = new Map<number, { offset: number; length: number }>();
	#bytes = 0;
	#file: { fd: number; end: number } | undefined;

	constructor({ limitBytes = MEMORY_LIMIT_BYTES, folder = tmpdir() }: SpillOptions = {}) {
		this.#limit = limitBytes;
		this.#folder = folder;
	}

	put(batch: number, data: Float32Array): void {
		const before = this.#held.get(batch)?.byteLength ?? 0;
		if (this.#bytes - before + data.byteLength > this.#limit) {
			this.#bytes -= before;
			this.#held.delete(batch);
			this.#spill(batch, data);
		} else {
			this.#bytes += data.byteLength - before;
			this.#held.set(batch, data);
			this.#spilled.delete(batch);
		}
	}

	get(batch: number): Float32Array {
		const held = this.#held.get(batch);
		if (held) return held;
		const place = this.#spilled.get(batch);
		if (!place) throw new RangeError(`no batch ${batch} was put here`);
		const bytes = new Uint8Array(place.length);
		for (let done = 0; done < bytes.length; )
			done += readSync(this.#file!.fd, bytes, done, bytes.length - done, place.offset + done);
		return new Float32Array(bytes.buffer);
	}

	/** Gives the memory and the disk back. */
	close(): void {
		this.#held.clear();
		if (this.#file) closeSync(this.#file.fd);
		this.#file = undefined;
	}

	/** A batch keeps its size from block to block, so that its place in the file is used again. */
	#spill(batch: number, data: Float32Array): void {
		const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
		const known = this.#spilled.get(batch);
		try {
			this.#file ??= { fd: openUnnamed(this.#folder), end: 0 };
			const place = known?.length === bytes.length ? known : { offset: this.#file.end, length: bytes.length };
			if (place !== known) this.#file.end += bytes.length;
			for (let done = 0; done < bytes.length; )
				done += writeSync(this.#file.fd, bytes, done, bytes.length - done, place.offset + done);
			this.#spilled.set(batch, place);
		} catch (cause) {
			throw new SteeringError(
				'ERR_FAILED',
				`cannot keep activations in ${this.#folder} (${(cause as Error).message})`,
				{
					hint: 'check that the folder can be written and the disk has space',
					cause,
				},
			);
		}
	}
}

/** However the process ends, a file without a name is gone with it. */
function openUnnamed(folder: string): number {
	mkdirSync(folder, { recursive: true });
	const path = join(folder, `.streams-${randomUUID()}`);
	const fd = openSync(path, 'wx+', 0o600);
	unlinkSync(path);
	return fd;
}
