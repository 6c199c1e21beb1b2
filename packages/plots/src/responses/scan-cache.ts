import { readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { writeFileAtomic } from '@steering/core/artifacts';
import { z } from 'zod';
import { type Figure, figureSchema } from './figures.js';

/** Raised whenever a file would be judged or summed up otherwise than before: older caches are then rebuilt. */
const VERSION = 1;
const NAME = '.scanned-responses.json.gz';
/** Some 100,000 response files' figures. A cache is not worth more memory, whatever it unpacks to. */
const MAX_CACHE_BYTES = 1 << 28;

const entrySchema = z.object({
	stamp: z.string(),
	/** null: the file is sound and not scored. */
	figures: z.array(figureSchema).nullable(),
});
type Entry = z.output<typeof entrySchema>;
const cacheSchema = z.object({ version: z.literal(VERSION), files: z.record(z.string(), entrySchema) });

/**
 * What plotting needs of each sound response file, kept in the folder of plots between runs. An entry holds while the
 * file's size, times and inode do; multiplier and behavior, which the figures depend on too, are in the file's name.
 * Files that cannot be plotted are not kept, so that they are named again each time.
 */
export class ScanCache {
	readonly #folder: string;
	#entries: Map<string, Entry>;
	#changed = false;

	private constructor(folder: string, entries: Map<string, Entry>) {
		this.#folder = folder;
		this.#entries = entries;
	}

	/** The cache of a folder of plots; empty when there is none, or none that can be read. */
	static async open(folder: string): Promise<ScanCache> {
		return new ScanCache(folder, await readEntries(join(folder, NAME)));
	}

	/** The figures of a file as it was stamped; undefined when they are not known. */
	get(path: string, stamp: string): Figure[] | null | undefined {
		const entry = this.#entries.get(this.#key(path));
		return entry?.stamp === stamp ? entry.figures : undefined;
	}

	set(path: string, stamp: string, figures: Figure[] | null): void {
		this.#entries.set(this.#key(path), { stamp, figures });
		this.#changed = true;
	}

	/** Forgets the files that are not among these. */
	keepOnly(paths: readonly string[]): void {
		const present = new Set(paths.map((path) => this.#key(path)));
		for (const key of this.#entries.keys()) if (!present.has(key)) this.#changed = this.#entries.delete(key);
	}

	/** Writes what changed. A folder that cannot be written costs only the time of the next scan. */
	async save(): Promise<void> {
		// Where nothing is scored nothing is drawn: no folder is made for the cache alone.
		if (!this.#changed || ![...this.#entries.values()].some(({ figures }) => figures)) return;
		const text = JSON.stringify({ version: VERSION, files: Object.fromEntries(this.#entries) });
		await writeFileAtomic(join(this.#folder, NAME), await promisify(gzip)(text, { level: 1 })).catch(() => {});
		this.#changed = false;
	}

	#key(path: string): string {
		return relative(this.#folder, path);
	}
}

/** Differs when a file's content may differ: replaced files keep their times (`cp -p`), but not their inode. */
export async function stampOf(path: string): Promise<string> {
	const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
	return [size, mtimeNs, ctimeNs, ino].join(' ');
}

async function readEntries(path: string): Promise<Map<string, Entry>> {
	try {
		const text = await promisify(gunzip)(await readFile(path), { maxOutputLength: MAX_CACHE_BYTES });
		return new Map(Object.entries(cacheSchema.parse(JSON.parse(text.toString())).files));
	} catch {
		return new Map();
	}
}
