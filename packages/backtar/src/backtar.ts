import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { fileError, withLock } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import { type Results, resultsIn } from './results-in.js';
import { tarStream } from './tar-stream.js';

export interface BacktarOptions {
	/** The folder that holds artifacts/; the archive is written beside it. */
	root: string;
	/** The archive is `artifacts_SUFFIX.tar.gz`. Default: the beginning of its content's hash. */
	suffix?: string | undefined;
	/** Vectors and activations too, not replies alone. */
	all?: boolean | undefined;
	overwrite?: boolean | undefined;
	signal?: AbortSignal | undefined;
	onStart?: ((files: number) => void) | undefined;
	onProgress?: (() => void) | undefined;
}

export interface Backtar {
	/** Relative to `root`. */
	path: string;
	files: number;
	/** Of the files, and of the archive. */
	bytes: number;
	packedBytes: number;
	/** Paths under artifacts/ that are not results: journals, locks, files of other tools. */
	leftOut: string[];
}

const SUFFIX = /^[A-Za-z0-9._+-]{1,100}$/;
const HASH_LENGTH = 12;

/**
 * Packs the results under artifacts/. The same results give the same bytes, whatever machine and hour.
 *
 * Throws ERR_USAGE, ERR_MISSING_INPUT, ERR_BAD_FILE, ERR_LOCKED, ERR_FAILED; an archive that is there is left as it was.
 */
export async function backtar(options: BacktarOptions): Promise<Backtar> {
	const { root, suffix, overwrite } = options;
	if (suffix !== undefined && !SUFFIX.test(suffix)) {
		throw new SteeringError('ERR_USAGE', `${JSON.stringify(suffix)} cannot end a file name`, {
			hint: 'letters, digits and . _ + - are possible',
		});
	}
	const refuseIfThere = (name: string) => {
		if (overwrite || !existsSync(join(root, name))) return;
		throw new SteeringError('ERR_USAGE', `${name} is there already`, { hint: 'use --overwrite, or another suffix' });
	};
	if (suffix !== undefined) refuseIfThere(nameOf(suffix));
	const results = await resultsIn(root, options.all ?? false);
	if (results.paths.length === 0) {
		const hint = 'run it where pnpm steer ran';
		throw new SteeringError('ERR_MISSING_INPUT', `no results in ${join(root, 'artifacts')}`, { hint });
	}
	const lockName = nameOf(suffix ?? 'new');
	return await withLock(join(root, lockName), () => pack(results, options, join(root, `${lockName}.partial`)));
}

async function pack(results: Results, options: BacktarOptions, temporary: string): Promise<Backtar> {
	const { root, suffix, signal, onStart, onProgress } = options;
	const content = createHash('sha256');
	let bytes = 0;
	onStart?.(results.paths.length);
	async function* hashed() {
		const onFile = (size: number) => {
			bytes += size;
			onProgress?.();
		};
		for await (const chunk of tarStream(root, results.paths, onFile)) {
			content.update(chunk);
			yield chunk;
		}
	}
	try {
		await pipeline(hashed, createGzip(), withoutSystem, createWriteStream(temporary), { signal });
		await sync(temporary);
		const path = nameOf(suffix ?? content.digest('hex').slice(0, HASH_LENGTH));
		const packedBytes = (await stat(temporary)).size;
		await rename(temporary, join(root, path));
		return { path, files: results.paths.length, bytes, packedBytes, leftOut: results.leftOut };
	} catch (cause) {
		if (cause instanceof SteeringError || signal?.aborted) throw signal?.reason ?? cause;
		throw fileError(root, cause);
	} finally {
		await rm(temporary, { force: true });
	}
}

const nameOf = (suffix: string) => `artifacts_${suffix}.tar.gz`;

/** Byte 9 of gzip says which system packed (RFC 1952); 255 is an unknown one. */
async function* withoutSystem(chunks: AsyncIterable<Buffer>) {
	let at = 0;
	for await (const chunk of chunks) {
		if (at <= 9 && at + chunk.length > 9) chunk[9 - at] = 255;
		at += chunk.length;
		yield chunk;
	}
}

async function sync(path: string): Promise<void> {
	const file = await open(path, 'r+');
	await file.sync().finally(() => file.close());
}
