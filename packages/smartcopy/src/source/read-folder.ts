import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isLive, storedPath } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import type { Source, SourceFile } from './source.js';

/** Of a project's folder only artifacts/ is gone through; of other folders those that results lie in. */
const FOLDERS = ['artifacts', 'responses', 'vecs', 'acts', 'conflicts'];

/**
 * The results of a folder that holds artifacts/, of artifacts/ itself, or of one of its folders.
 *
 * @throws SteeringError ERR_BAD_FILE for a link among them: what it points to is not the folder's
 */
export async function readFolder(root: string): Promise<Source> {
	const files: SourceFile[] = [];
	const leftOut: string[] = [];
	const visit = async (path: string): Promise<void> => {
		for (const name of (await readdir(join(root, path))).sort()) {
			const inner = path ? `${path}/${name}` : name;
			const from = join(root, inner);
			const found = await lstat(from);
			const stored = storedPath(inner);
			const isPlace = FOLDERS.includes(name);
			if (found.isSymbolicLink() && (stored || isPlace)) {
				throw new SteeringError('ERR_BAD_FILE', `${from} is a symbolic link: links are not followed`, {
					hint: 'copy what it points to, or remove it',
				});
			}
			if (found.isDirectory() && isPlace && isInPlace(inner)) await visit(inner);
			else if (found.isFile() && stored) files.push({ ...stored, path: inner, from, size: found.size });
			else if (path || isLive(name)) {
				if (name !== '.gitkeep') leftOut.push(inner);
			}
		}
	};
	await visit('');
	return { files, leftOut, close: async () => {} };
}

function isInPlace(path: string): boolean {
	const [first, second, ...more] = path.split('/');
	if (first === 'artifacts') return second !== 'artifacts' && more.length === 0;
	return second === undefined;
}
