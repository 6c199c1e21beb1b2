import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '@steering/core/artifacts';

/** One step of a merge: a text, a copy, or with neither a removal. Their order is such that a process may be killed between any two. */
export interface Write {
	path: string;
	text?: string | undefined;
	from?: string | undefined;
}

export async function carryOut({ path, text, from }: Write): Promise<void> {
	if (text !== undefined) await writeFileAtomic(path, text);
	else if (from !== undefined) await copyAtomic(from, path);
	else await rm(path, { force: true });
}

/** Tensors may be larger than the memory. Under a lock: the temporary file of a killed process is written over. */
async function copyAtomic(from: string, path: string): Promise<void> {
	const temporary = `${path}.0`;
	await mkdir(dirname(path), { recursive: true });
	await rm(temporary, { force: true });
	await copyFile(from, temporary);
	const file = await open(temporary, 'r+');
	await file.sync().finally(() => file.close());
	await rename(temporary, path);
}
