import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SteeringError } from '../errors/index.js';

export type FileContent = string | Uint8Array | readonly Uint8Array[];

/**
 * Writes beside the target, syncs, renames: readers see the old bytes or the new ones, and a failure leaves the old.
 * Missing folders are made.
 *
 * @throws SteeringError ERR_FAILED when the disk refuses.
 */
export async function writeFileAtomic(path: string, content: FileContent): Promise<void> {
	const { default: replaceFile } = await import('write-file-atomic');
	// write-file-atomic's own write trusts a single call: cut short at 2 GiB or by a full disk, it would be renamed
	// into place all the same. So it only makes the temporary file and renames it.
	const tmpfileCreated = (temporary: string) => writeChunks(temporary, content);
	try {
		await mkdir(dirname(path), { recursive: true });
		await replaceFile(path, null, { tmpfileCreated });
	} catch (cause) {
		throw writeFailed(path, cause);
	}
}

/** ERR_FAILED of a file that the disk does not take. */
export function writeFailed(path: string, cause: unknown): SteeringError {
	const reason = cause instanceof Error ? cause.message : String(cause);
	return new SteeringError('ERR_FAILED', `cannot write ${path} (${reason})`, {
		hint: 'check that the folder can be written and the disk has space',
		cause,
	});
}

/** Python's `json.dump(value, file, indent=2)`, byte for byte: the reference's files stay comparable. */
export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
	await writeFileAtomic(path, pythonJson(value));
}

export function pythonJson(value: unknown): string {
	const escapeChar = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
	return JSON.stringify(value, undefined, 2).replace(/[\u007f-\uffff]/g, escapeChar);
}

async function writeChunks(path: string, content: FileContent): Promise<void> {
	const chunks = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
	const file = await open(path, 'a');
	try {
		for (const chunk of chunks) await file.appendFile(chunk);
		await file.sync();
	} finally {
		await file.close();
	}
}
