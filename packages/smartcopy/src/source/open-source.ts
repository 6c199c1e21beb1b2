import { stat } from 'node:fs/promises';
import { fileError } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import { readArchive } from './read-archive.js';
import { readFolder } from './read-folder.js';
import type { Source } from './source.js';

/** @throws SteeringError ERR_MISSING_INPUT, ERR_USAGE for what is neither, ERR_BAD_FILE for what cannot be trusted */
export async function openSource(path: string): Promise<Source> {
	const found = await stat(path).catch((error) => {
		throw fileError(path, error, 'give an archive of pnpm backtar, or a folder');
	});
	if (found.isDirectory()) {
		return await readFolder(path).catch((error) => {
			throw error instanceof SteeringError ? error : fileError(path, error);
		});
	}
	if (found.isFile() && /\.(tar|tar\.gz|tgz)$/.test(path)) return await readArchive(path);
	throw new SteeringError('ERR_USAGE', `${path} is neither a folder nor a .tar, .tar.gz or .tgz file`);
}
