import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SteeringError } from '../errors/index.js';

/** Left free on any disk: logs, artifacts and other programs must not fail because a model came. */
export const FREE_MARGIN_BYTES = 500e6;

/**
 * Throws ERR_FAILED, saying how much is missing, if `bytes` more do not fit where `path` is to be, {@link FREE_MARGIN_BYTES}
 * left over. `path` need not exist. File systems that do not tell are trusted.
 */
export async function requireSpace(path: string, bytes: number): Promise<void> {
	if (bytes <= 0) return;
	const free = await freeBytes(path);
	if (free === undefined || free >= bytes + FREE_MARGIN_BYTES) return;
	throw new SteeringError(
		'ERR_FAILED',
		`${gigabytes(bytes)} do not fit into ${path}: ${gigabytes(free)} are free, and ${gigabytes(FREE_MARGIN_BYTES)} stay so`,
		{ hint: 'make room, or move the caches to another disk (XDG_CACHE_HOME, HF_HOME)' },
	);
}

/** Bytes that an ordinary user may still write where `path` is, or is to be; undefined where the system does not say. */
export async function freeBytes(path: string): Promise<number | undefined> {
	let place = resolve(path);
	while (!existsSync(place)) place = dirname(place);
	const { blocks, bavail, bsize } = await statfs(place);
	return blocks > 0 ? bavail * bsize : undefined;
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
