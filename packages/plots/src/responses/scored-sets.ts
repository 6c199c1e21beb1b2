import { SteeringError } from '@steering/core/errors';
import type { NamedSettings } from '@steering/core/settings';
import { type Figure, figuresOf } from './figures.js';
import type { ResponseSet } from './response-files.js';
import { type ScanCache, stampOf } from './scan-cache.js';
import { badFile, readScoredPrompts } from './scored-prompts.js';

/** Files read at once: enough that the disk works while a file is parsed, few enough to hold in memory. */
const READ_AT_ONCE = 8;

/** The scored response files of one settings, by ascending multiplier. */
export interface ScoredSet {
	settings: NamedSettings;
	files: ScoredFile[];
}

export interface ScoredFile {
	mult: number;
	path: string;
	/** One per label, harmful before harmless. */
	figures: Figure[];
}

interface ScanOptions {
	/** Files that it knows are not read. */
	cache?: ScanCache | undefined;
	signal?: AbortSignal | undefined;
	/** Told of each file that is not scored yet. */
	onNote: (note: string) => void;
	/** Told of each file that cannot be plotted (ERR_BAD_FILE); it is left out and the scan goes on. */
	onProblem: (error: SteeringError) => void;
	/** Told of each file that is read, and not taken from the cache. */
	onRead?: ((path: string) => void) | undefined;
}

type Scan = { figures: Figure[] | null } | { problem: SteeringError };

/** Reads and checks response files; sets with no scored file are left out. */
export async function readScoredSets(sets: readonly ResponseSet[], options: ScanOptions): Promise<ScoredSet[]> {
	const scans = await scanAll(sets, options);
	const scored: ScoredSet[] = [];
	for (const { settings, files } of sets) {
		const found: ScoredFile[] = [];
		for (const { mult, path } of files) {
			const scan = scans.get(path)!;
			if ('problem' in scan) options.onProblem(scan.problem);
			else if (scan.figures) found.push({ mult, path, figures: scan.figures });
			else options.onNote(`${path}: not scored yet, left out`);
		}
		if (found.length > 0) scored.push({ settings, files: found });
	}
	return scored;
}

async function scanAll(sets: readonly ResponseSet[], options: ScanOptions): Promise<Map<string, Scan>> {
	const files = sets.flatMap(({ settings, files }) => files.map((file) => ({ ...file, behavior: settings.behavior })));
	const scans = new Map<string, Scan>();
	const queue = files.values();
	const work = async () => {
		for (const { path, mult, behavior } of queue) {
			options.signal?.throwIfAborted();
			scans.set(path, await scan(path, mult, behavior, options));
		}
	};
	try {
		await Promise.all(Array.from({ length: READ_AT_ONCE }, work));
	} finally {
		// Also of a scan that is stopped: the next one goes on from there.
		await options.cache?.save();
	}
	return scans;
}

async function scan(path: string, mult: number, behavior: string | null, options: ScanOptions): Promise<Scan> {
	const { cache, onRead } = options;
	try {
		// Before the file is read: what is written meanwhile has another stamp next time.
		const stamp = await stampOf(path).catch((cause) => {
			throw badFile(path, `cannot be read (${cause.message})`, cause);
		});
		const known = cache?.get(path, stamp);
		if (known !== undefined) return { figures: known };
		onRead?.(path);
		const prompts = await readScoredPrompts(path, behavior);
		const figures = prompts && figuresOf(mult, prompts);
		cache?.set(path, stamp, figures);
		return { figures };
	} catch (error) {
		if (!(error instanceof SteeringError) || error.code !== 'ERR_BAD_FILE') throw error;
		return { problem: error };
	}
}
