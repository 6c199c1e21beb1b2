import { chmod, type FileHandle, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { layOut, type SafetensorsLayout, type TensorShape } from './safetensors-layout.js';
import type { TensorData } from './tensor.js';
import { writeFailed } from './write-file-atomic.js';

/**
 * A safetensors file whose tensors come in pieces, in any order: `PATH.partial` beside the target until it is whole. One process
 * writes at a time (see withLock); what a killed one left is written over by the next. Between writes no file is open, so that
 * there may be hundreds of drafts.
 */
export class SafetensorsDraft {
	readonly path: string;
	/** A safetensors file from the start, zeros where nothing was written yet. */
	readonly temporary: string;
	readonly #target: string;
	readonly #layout: SafetensorsLayout;
	#missing: number;

	private constructor(path: string, target: string, layout: SafetensorsLayout) {
		this.path = path;
		this.temporary = `${target}.partial`;
		this.#target = target;
		this.#layout = layout;
		this.#missing = layout.dataBytes;
	}

	/** Makes missing folders, too. Throws ERR_FAILED when the disk refuses. */
	static async create(
		path: string,
		tensors: Record<string, TensorShape>,
		metadata: Record<string, string> = {},
	): Promise<SafetensorsDraft> {
		const layout = layOut(new Map(Object.entries(tensors)), metadata);
		// What a link points to may be on another disk, where it cannot be renamed to.
		const target = await realpath(path).catch(() => path);
		const draft = new SafetensorsDraft(path, target, layout);
		await onDisk(path, () => mkdir(dirname(target), { recursive: true }));
		try {
			await draft.#withFile('w', async (file) => {
				await writeAt(file, layout.header, 0);
				await file.truncate(layout.header.length + layout.dataBytes);
			});
		} catch (error) {
			await draft.discard();
			throw error;
		}
		return draft;
	}

	/** Writes the elements of a tensor from number `start` on. Throws ERR_FAILED when the disk refuses. */
	async write(name: string, start: number, data: TensorData): Promise<void> {
		const place = this.#layout.places.get(name);
		const from = (place?.start ?? 0) + start * data.BYTES_PER_ELEMENT;
		if (!place || from + data.byteLength > place.end) throw new RangeError(`${this.path}: no such part of ${name}`);
		const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
		await this.#withFile('r+', (file) => writeAt(file, bytes, this.#layout.header.length + from));
		this.#missing -= data.byteLength;
	}

	/** Puts the whole file in its place, synced, with the mode of the one that was there. Throws ERR_FAILED when the disk refuses. */
	async finish(): Promise<void> {
		if (this.#missing !== 0) throw new RangeError(`${this.path}: ${this.#missing} bytes were not written`);
		await this.#withFile('r+', (file) => file.sync());
		await onDisk(this.path, async () => {
			const before = await stat(this.#target).catch(() => undefined);
			if (before) await chmod(this.temporary, before.mode);
			await rename(this.temporary, this.#target);
		});
	}

	/** Removes the draft; once it is finished there is none. */
	async discard(): Promise<void> {
		await rm(this.temporary, { force: true });
	}

	async #withFile(flags: 'w' | 'r+', work: (file: FileHandle) => Promise<void>): Promise<void> {
		await onDisk(this.path, async () => {
			const file = await open(this.temporary, flags);
			try {
				await work(file);
			} finally {
				await file.close();
			}
		});
	}
}

async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
	for (let done = 0; done < bytes.length; ) {
		done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
	}
}

async function onDisk(path: string, work: () => Promise<unknown>): Promise<void> {
	try {
		await work();
	} catch (cause) {
		throw writeFailed(path, cause);
	}
}
