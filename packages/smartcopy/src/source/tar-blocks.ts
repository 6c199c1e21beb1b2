import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import type { ArchiveLimits } from './archive-limits.js';

const BLOCK = 512;

/**
 * The archive's blocks of 512 bytes, unpacked if it is gzip. Throws a plain Error for what is no whole archive, and for one that
 * grows beyond the limits.
 */
export async function* tarBlocks(path: string, limits: ArchiveLimits): AsyncGenerator<Buffer> {
	const { size } = await stat(path);
	const packed = await isGzip(path);
	let total = 0;
	let rest = Buffer.alloc(0);
	for await (const chunk of packed ? unzipped(path, size) : createReadStream(path)) {
		total += chunk.length;
		if (total > limits.totalBytes) throw new Error(`it unpacks to more than ${limits.totalBytes} bytes`);
		if (packed && total > limits.ratioFrom && total > size * limits.ratio) {
			throw new Error(`it unpacks to more than ${limits.ratio} times its size`);
		}
		const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
		const whole = bytes.length - (bytes.length % BLOCK);
		for (let start = 0; start < whole; start += BLOCK) yield bytes.subarray(start, start + BLOCK);
		rest = bytes.subarray(whole);
	}
	if (rest.length > 0) throw new Error('it is cut short: its last block is not whole');
}

async function* unzipped(path: string, size: number): AsyncGenerator<Buffer> {
	const input = createReadStream(path);
	const gunzip = createGunzip();
	input.on('error', (error) => gunzip.destroy(error));
	try {
		yield* input.pipe(gunzip);
		// What follows the compressed data is skipped silently by zlib; here nothing is.
		if (gunzip.bytesWritten !== size) throw new Error('bytes follow the compressed data');
	} finally {
		input.destroy();
		gunzip.destroy();
	}
}

async function isGzip(path: string): Promise<boolean> {
	const file = await open(path);
	try {
		const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
		return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b;
	} finally {
		await file.close();
	}
}
