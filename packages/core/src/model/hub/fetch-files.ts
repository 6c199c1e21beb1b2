import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { requireSpace } from '../../artifacts/disk-space.js';
import { download } from '../../datasets/download.js';
import { SteeringError } from '../../errors/index.js';
import { linkBlob } from './hub-cache.js';
import type { HubFile, HubPlace } from './hub-listing.js';

/** Llama 3 70B in float16 has 140 GB; anything larger is not a file of a model this runs. */
const MAX_FILE_BYTES = 200e9;

/** A commit of a repository, and the folder of the cache that it comes into. */
export interface Repository extends HubPlace {
	readonly folder: string;
	readonly commit: string;
	readonly files: ReadonlyMap<string, HubFile>;
	readonly onDownload: ((file: string, done: number, total: number) => void) | undefined;
}

/**
 * Brings those of the paths that the repository has into its snapshot; a path outside it is not in its listing. What an earlier
 * call left goes on, and nothing begins that the disk has no room for.
 */
export async function fetchFiles(repository: Repository, paths: readonly string[]): Promise<void> {
	const wanted = [...new Set(paths)].flatMap((path) => {
		const file = repository.files.get(path);
		return file === undefined || existsSync(pointerOf(repository, path)) ? [] : [{ path, file }];
	});
	await requireSpace(
		repository.folder,
		wanted.reduce((sum, { file }) => sum + missingBytes(repository, file), 0),
	);
	for (const { path, file } of wanted) await fetchFile(repository, path, file);
}

const pointerOf = ({ folder, commit }: Repository, path: string) => join(folder, 'snapshots', commit, path);
const blobOf = ({ folder }: Repository, { hash }: HubFile) => join(folder, 'blobs', hash);

function missingBytes(repository: Repository, file: HubFile): number {
	const blob = blobOf(repository, file);
	if (existsSync(blob)) return 0;
	return file.size - (statSync(`${blob}.incomplete`, { throwIfNoEntry: false })?.size ?? 0);
}

async function fetchFile(repository: Repository, path: string, file: HubFile): Promise<void> {
	const { commit, endpoint, id, token, signal, onDownload } = repository;
	const blob = blobOf(repository, file);
	if (!existsSync(blob)) {
		await download({
			url: `${endpoint}/${id}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`,
			path: blob,
			headers: token ? { authorization: `Bearer ${token}` } : {},
			maxBytes: MAX_FILE_BYTES,
			size: file.size,
			check: file.check,
			signal,
			onProgress: (done) => onDownload?.(path, done, file.size),
		});
	}
	const pointer = pointerOf(repository, path);
	await linkBlob(blob, pointer);
	if (!existsSync(pointer)) throw new SteeringError('ERR_FAILED', `cannot link ${pointer} in ${dirname(blob)}`);
}
