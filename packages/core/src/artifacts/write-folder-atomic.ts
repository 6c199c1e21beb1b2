import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SteeringError } from '../errors/index.js';
import { withLock } from './lock.js';

/**
 * Fills a folder beside the target and renames it into place: readers see no folder or the whole one. What a killed process left
 * (`PATH.building`) is removed by the next. A folder that is there is replaced: whether it may be is the caller's to know.
 *
 * @param fill is given the folder to write into, which is empty
 * @throws SteeringError ERR_LOCKED when another process fills it; ERR_FAILED when the disk refuses
 */
export async function writeFolderAtomic(path: string, fill: (folder: string) => Promise<void>): Promise<void> {
	const [building, old] = [`${path}.building`, `${path}.replaced`];
	await onDisk(path, () => mkdir(dirname(path), { recursive: true }));
	await withLock(path, async () => {
		const clear = async () => {
			for (const folder of [building, old]) await rm(folder, { recursive: true, force: true });
		};
		await onDisk(path, clear);
		try {
			await onDisk(path, () => mkdir(building));
			await onDisk(path, () => fill(building));
			await onDisk(path, async () => {
				if (existsSync(path)) await rename(path, old);
				await rename(building, path);
			});
		} finally {
			await clear();
		}
	});
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (cause) {
		if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
		throw new SteeringError('ERR_FAILED', `cannot write ${path} (${cause.message})`, {
			hint: 'check that the folder can be written and the disk has space',
			cause,
		});
	}
}
