import { closeSync, mkdtempSync, openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLive, storedPath } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import { Parser, type ReadEntry } from 'tar';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './archive-limits.js';
import type { Source, SourceFile } from './source.js';
import { tarBlocks } from './tar-blocks.js';

/** Whole folders that an archive of ours may name; anything else that is no plain file is refused. */
const FOLDERS = /^(\.\/)?(artifacts\/?)?((responses|vecs|acts|conflicts)\/?)?$/;

/**
 * Unpacks an archive into a private folder, as numbered files: no name of the archive ever becomes a path here. An entry that is not
 * a plain file with the name of a result, where such results lie, refuses the archive as a whole.
 *
 * @throws SteeringError ERR_BAD_FILE naming the archive and the entry
 */
export async function readArchive(path: string, limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<Source> {
	const folder = mkdtempSync(join(tmpdir(), 'smartcopy-'));
	const close = () => rm(folder, { recursive: true, force: true });
	try {
		const entries = new Entries(folder, limits);
		await feed(path, entries, limits);
		return { files: entries.files, leftOut: entries.leftOut, close };
	} catch (cause) {
		await close();
		throw refused(path, cause);
	}
}

async function feed(path: string, entries: Entries, limits: ArchiveLimits): Promise<void> {
	const parser = new Parser({ strict: true, maxMetaEntrySize: limits.metaBytes });
	let failure: unknown;
	let ended = false;
	const guard =
		<A extends unknown[]>(work: (...args: A) => void) =>
		(...args: A) => {
			try {
				work(...args);
			} catch (error) {
				failure ??= error;
			}
		};
	parser.on(
		'entry',
		guard((entry: ReadEntry) => entries.take(entry, guard)),
	);
	parser.on(
		'ignoredEntry',
		guard((entry: ReadEntry) => entries.refuse(entry)),
	);
	parser.on(
		'meta',
		guard((text: string) => entries.checkMeta(text)),
	);
	parser.on('error', (error: unknown) => {
		failure ??= error;
	});
	parser.on('eof', () => {
		ended = true;
	});
	let first = true;
	try {
		for await (const block of tarBlocks(path, limits)) {
			if (ended && block.some((byte) => byte !== 0)) throw new Error('there is more after its end');
			// The parser would look for compression inside.
			if (first && !looksLikeTar(block)) throw new Error('it is not a tar archive');
			first = false;
			if (!ended) parser.write(block);
			if (failure) throw failure;
		}
		if (!ended) throw new Error(first ? 'it is empty' : 'it is cut short: its end is missing');
	} finally {
		entries.close();
	}
}

/** The checksum field of the first header, or the zeros of an archive of nothing. */
function looksLikeTar(block: Buffer): boolean {
	return block.every((byte) => byte === 0) || /^[ 0]*[0-7]+[\0 ]/.test(block.toString('latin1', 148, 156));
}

class Entries {
	readonly files: SourceFile[] = [];
	readonly leftOut: string[] = [];
	readonly #folder: string;
	readonly #limits: ArchiveLimits;
	/** By what a file system that ignores case would call them. */
	readonly #names = new Map<string, string>();
	#count = 0;
	/** By the pax header before the next entry. */
	#promised: string | undefined;
	#open: number | undefined;

	constructor(folder: string, limits: ArchiveLimits) {
		this.#folder = folder;
		this.#limits = limits;
	}

	take(entry: ReadEntry, guard: <A extends unknown[]>(work: (...args: A) => void) => (...args: A) => void): void {
		if (++this.#count > this.#limits.entries) throw new Error(`it has more than ${this.#limits.entries} entries`);
		const path = String(entry.path);
		const promised = this.#promised ?? path;
		this.#promised = undefined;
		const stored = this.#storedPath(entry, path);
		if (promised !== path) throw new Error(`${shown(path)} is called ${shown(promised)} too`);
		if (stored === undefined) {
			entry.resume();
			return;
		}
		const from = join(this.#folder, String(this.files.length));
		this.files.push({ ...stored, path, from, size: entry.size });
		this.close();
		const file = openSync(from, 'wx', 0o600);
		this.#open = file;
		entry.on(
			'data',
			guard((chunk: Buffer) => writeAll(file, chunk)),
		);
	}

	/** Undefined for what is rightly there and not taken. */
	#storedPath(entry: ReadEntry, path: string) {
		const { type, size } = entry;
		if (type === 'Directory' && size === 0 && (FOLDERS.test(path) || isOurLock(path))) return undefined;
		if (type !== 'File' && type !== 'OldFile') throw new Error(`${shown(path)} is a ${kindOf(type)}`);
		const stored = storedPath(path);
		if (!stored && isOurs(path) && isLive(path) && storedPath(withoutLive(path))) {
			this.leftOut.push(path);
			return undefined;
		}
		if (!stored) throw new Error(`${shown(path)} is not the name of a result under artifacts/`);
		const limit = stored.kind === 'tensor' && !stored.manifest ? this.#limits.tensorBytes : this.#limits.jsonBytes;
		if (!(size >= 0 && size <= limit)) throw new Error(`${shown(path)} has ${size} bytes, the limit is ${limit}`);
		const place = `${stored.folder}/${stored.name}`.toLowerCase();
		const before = this.#names.get(place);
		if (before !== undefined)
			throw new Error(`${shown(path)} is there twice${before === path ? '' : `, as ${before}`}`);
		this.#names.set(place, path);
		return stored;
	}

	refuse({ path, type }: ReadEntry): void {
		throw new Error(`${shown(String(path))} is a ${kindOf(type)}`);
	}

	/**
	 * Checks what pax says of the next entry. Sparse files are written as a map that other readers take for the content; a name that
	 * the next entry does not get is one that other readers would give it.
	 */
	checkMeta(text: string): void {
		if (!/^\d+ /.test(text)) return;
		if (/(^|\n)\d+ (GNU\.sparse|linkpath=|SCHILY\.(xattr|filetype|dev)|size=(?!\d+\n))/.test(text)) {
			throw new Error('an entry is more than a plain file (sparse, linked or a device)');
		}
		if (text.includes('\0')) throw new Error('a pax header holds a zero byte');
		this.#promised = /(?:^|\n)\d+ path=(.*)\n/.exec(text)?.[1];
	}

	close(): void {
		if (this.#open !== undefined) closeSync(this.#open);
		this.#open = undefined;
	}
}

function writeAll(file: number, chunk: Buffer): void {
	for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done);
}

const isOurs = (path: string) => !path.split('/').includes('..');
/** proper-lockfile's locks are folders. */
const isOurLock = (path: string) =>
	isOurs(path) && isLive(path.replace(/\/$/, '')) && storedPath(withoutLive(path)) !== undefined;

/** The file that a lock, a journal or a temporary file belongs to. */
function withoutLive(path: string): string {
	return path.replace(/\/$/, '').replace(/(\.json|\.safetensors|\.pt)\.(?!manifest|measures).*$/, '$1');
}

function kindOf(type: string): string {
	const names: Record<string, string> = {
		...{ SymbolicLink: 'symbolic link', Link: 'hard link', CharacterDevice: 'device', BlockDevice: 'device' },
		...{ FIFO: 'named pipe', Directory: 'folder that results do not lie in', ContiguousFile: 'contiguous file' },
	};
	return names[type] ?? `${type} entry, not a plain file`;
}

/** A name as it is safe to print: terminals act on control characters and turn text around. */
function shown(path: string): string {
	const escaped = JSON.stringify(path).replace(/[^ -~]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
	return escaped.length > 120 ? `${escaped.slice(0, 117)}..."` : escaped;
}

function refused(path: string, cause: unknown): SteeringError {
	if (cause instanceof SteeringError) return cause;
	const { message, code } = cause as NodeJS.ErrnoException;
	if (code === 'ENOSPC') return new SteeringError('ERR_FAILED', `no space to unpack ${path}`, { cause });
	const reason = message.replace(/[^ -~]/gu, '?');
	return new SteeringError('ERR_BAD_FILE', `${path} is refused: ${reason}`, {
		hint: 'nothing was written; pnpm backtar makes archives that are taken',
		cause,
	});
}
