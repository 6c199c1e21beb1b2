import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of a new folder that are opened as they are needed, and closed together. */
export class DataFiles {
	readonly #folder: string;
	readonly #files = new Map<string, FileHandle>();

	constructor(folder: string) {
		this.#folder = folder;
	}

	async of(name: string): Promise<FileHandle> {
		const known = this.#files.get(name);
		if (known) return known;
		const file = await open(join(this.#folder, name), 'wx');
		this.#files.set(name, file);
		return file;
	}

	async sync(): Promise<void> {
		for (const file of this.#files.values()) await file.sync();
	}

	async close(): Promise<void> {
		for (const file of this.#files.values()) await file.close();
	}
}
