import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFLICTS, storedPath } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';

export interface Results {
	/** Relative to the root, sorted. */
	paths: string[];
	bytes: number;
	/** Not results: journals and locks of commands that run or were killed, files of other tools, links. */
	leftOut: string[];
}

const FOLDERS = ['responses', 'vecs', 'acts', CONFLICTS];

/** The results under artifacts/: replies and what is beside them, with `all` vectors and activations too. */
export async function resultsIn(root: string, all: boolean): Promise<Results> {
	const results: Results = { paths: [], bytes: 0, leftOut: [] };
	for (const folder of FOLDERS) {
		if (!all && folder !== 'responses' && folder !== CONFLICTS) continue;
		for (const name of await namesIn(join(root, 'artifacts', folder))) {
			const path = `artifacts/${folder}/${name}`;
			const found = await lstat(join(root, path));
			const stored = storedPath(path);
			const isAsked = stored && (all || stored.kind !== 'tensor');
			if (stored && !isAsked) continue;
			if (!stored || !found.isFile()) {
				results.leftOut.push(path);
				continue;
			}
			results.paths.push(path);
			results.bytes += found.size;
		}
	}
	results.paths.sort();
	requireDistinct(results.paths);
	return results;
}

/** Where case does not matter one of the two would be lost. */
function requireDistinct(paths: readonly string[]): void {
	const names = new Map<string, string>();
	for (const path of paths) {
		const other = names.get(path.toLowerCase());
		if (other) {
			throw new SteeringError('ERR_BAD_FILE', `${other} and ${path} differ in case alone`, {
				hint: 'rename one of them',
			});
		}
		names.set(path.toLowerCase(), path);
	}
}

async function namesIn(folder: string): Promise<string[]> {
	try {
		return (await readdir(folder)).filter((name) => name !== '.gitkeep').sort();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}
