import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** Blocks hashed of each file. Two models that differ anywhere that matters differ in these; 4 GB are not read to know. */
const BLOCKS = 64;
const BLOCK_BYTES = 16 * 1024;

/**
 * Identifies a model by its files: SHA-256 over each one's size and evenly spaced blocks (all of it, if it is small), first and
 * last included. Vectors carry it, so that one model's vector is not added to another by accident.
 */
export function fingerprint(paths: readonly string[]): string {
	const hash = createHash('sha256');
	for (const path of paths) hashFile(hash, path);
	return hash.digest('hex').slice(0, 32);
}

function hashFile(hash: Hash, path: string): void {
	const { size } = statSync(path);
	hash.update(`${size}\n`);
	const fd = openSync(path, 'r');
	try {
		const blocks = Math.min(BLOCKS, Math.ceil(size / BLOCK_BYTES));
		for (let i = 0; i < blocks; i++) {
			const last = Math.max(0, size - BLOCK_BYTES);
			const start = blocks === 1 ? 0 : Math.floor((last * i) / (blocks - 1));
			const block = new Uint8Array(Math.min(BLOCK_BYTES, size - start));
			readSync(fd, block, 0, block.length, start);
			hash.update(block);
		}
	} finally {
		closeSync(fd);
	}
}
