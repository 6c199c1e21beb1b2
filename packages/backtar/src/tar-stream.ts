import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { Header, Pax } from 'tar';

const BLOCK = 512;
const END = Buffer.alloc(2 * BLOCK);
/** Of this machine nothing is told: no owner, no mode, no time. */
const ENTRY = { type: 'File', mode: 0o644, mtime: new Date(0) } as const;

/**
 * A tar archive of files, each read from one handle: a file that is replaced meanwhile is in it as it was or as it is, never torn.
 *
 * @throws SteeringError ERR_FAILED for a file that is cut while it is read
 */
export async function* tarStream(root: string, paths: readonly string[], onFile: (bytes: number) => void) {
	for (const path of paths) {
		const file = await open(join(root, path));
		try {
			const { size } = await file.stat();
			yield headerOf(path, size);
			let left = size;
			const content = size === 0 ? [] : file.createReadStream({ autoClose: false, end: size - 1 });
			for await (const chunk of content) {
				left -= chunk.length;
				yield chunk as Buffer;
			}
			if (left !== 0) throw new SteeringError('ERR_FAILED', `${path} was cut while it was read`, { hint: 'try again' });
			yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
			onFile(size);
		} finally {
			await file.close();
		}
	}
	yield END;
}

function headerOf(path: string, size: number): Buffer {
	const block = Buffer.alloc(BLOCK);
	const needsPax = new Header({ ...ENTRY, path, size }).encode(block);
	return needsPax ? Buffer.concat([new Pax({ path, size }).encode(), block]) : block;
}
