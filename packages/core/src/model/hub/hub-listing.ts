import { z } from 'zod';
import { digestOf } from '../../datasets/download.js';

/** Lists answer in seconds; a server that does not is treated as one that is not there. */
const LISTING_TIMEOUT_MS = 30_000;
/** The largest model repositories have a few thousand files. */
const MAX_FILES = 20_000;

export interface HubPlace {
	readonly id: string;
	/** A branch, a tag or a commit. */
	readonly revision: string;
	/** The name it was asked for by, if that was not its id. */
	readonly registryName: string | undefined;
	readonly endpoint: string;
	readonly token: string | undefined;
	readonly signal: AbortSignal | undefined;
}

export interface HubFile {
	/** What the cache calls its blob: SHA-256 for large files, git's hash for small ones. */
	readonly hash: string;
	readonly size: number;
	/** Throws if the file at `path` has another hash. */
	readonly check: (path: string) => Promise<void>;
}

const commitSchema = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/, 'is not a commit') });
/** Paths and hashes become paths here, so the server is not trusted with them. */
const entrySchema = z.object({
	type: z.string(),
	path: z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\\\0]+$/, 'is not a path inside the repository'),
	size: z.int().min(0),
	oid: z
		.string()
		.regex(/^[0-9a-f]{40}$/, 'is not a hash')
		.optional(),
	lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/, 'is not a hash'), size: z.int().min(0) }).nullish(),
});

/** The commit that a revision of a model repository is, and its files. Throws what the library, fetch or zod throw. */
export async function listRepository(place: HubPlace): Promise<{ commit: string; files: Map<string, HubFile> }> {
	const { listFiles, modelInfo } = await import('@huggingface/hub');
	const access = {
		hubUrl: place.endpoint,
		fetch: patientFetch(place),
		...(place.token && { accessToken: place.token }),
	};
	const info = await modelInfo({ ...access, name: place.id, revision: place.revision, additionalFields: ['sha'] });
	const commit = commitSchema.parse(info).sha;
	const files = new Map<string, HubFile>();
	for await (const listed of listFiles({ ...access, repo: place.id, revision: commit, recursive: true })) {
		const entry = entrySchema.parse(listed);
		if (entry.type === 'file') files.set(entry.path, hubFile(entry));
		if (files.size > MAX_FILES) throw new Error(`more than ${MAX_FILES} files`);
	}
	return { commit, files };
}

function hubFile({ path, size, oid, lfs }: z.infer<typeof entrySchema>): HubFile {
	const hash = lfs?.oid ?? oid;
	if (hash === undefined) throw new Error(`no hash for ${path}`);
	const bytes = lfs?.size ?? size;
	const check = async (place: string) => {
		const found = lfs ? await digestOf(place, 'sha256') : await digestOf(place, 'sha1', `blob ${bytes}\0`);
		if (found !== hash) throw new Error(`what came is not the file: hash ${found}, not ${hash}`);
	};
	return { hash, size: bytes, check };
}

function patientFetch({ signal }: HubPlace): typeof fetch {
	return (url, init) => {
		const limit = AbortSignal.timeout(LISTING_TIMEOUT_MS);
		return fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, limit]) : limit });
	};
}
