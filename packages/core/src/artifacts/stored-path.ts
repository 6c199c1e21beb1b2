import { type ArtifactKind, parseSettingsName } from '../settings/index.js';

/** Kept aside by smartcopy: replies, scores and vectors that another value stands in front of. */
export const CONFLICTS = 'conflicts';
const FOLDERS: Partial<Record<ArtifactKind, string>> = {
	responses: 'responses',
	vec: 'vecs',
	eraser: 'vecs',
	acts: 'acts',
};
/** How far up a path begins: at the folder that holds artifacts/, in artifacts/, or in one of its folders. */
export type Level = 'root' | 'artifacts' | 'folder';

/** What a path under artifacts/ is, going by its name alone. */
export interface StoredPath {
	level: Level;
	/** `responses`, `vecs`, `acts` or `conflicts`. */
	folder: string;
	/** Last component of the path. */
	name: string;
	/** The file it is about: `name` without what marks manifests, and without the hash of tensors kept aside. */
	base: string;
	kind: 'responses' | 'measures' | 'tensor';
	manifest: boolean;
}

/** File systems end names at 255 bytes; locks and temporary files add up to 40 to ours. */
const MAX_NAME = 200;
/** ASCII alone has no look-alikes, no invisible characters and one spelling; the rest is what Windows forbids. */
const SAFE = /^(?![ .])[ -~]+(?<![ .])$/;
const UNSAFE = /[\\/:*?"<>|]/;
/** Of a write that is going on, or was killed: temporary files, locks with their owners, journals, drafts. */
const LIVE = /\.(?:partial\.jsonl|partial|lock-owner|lock|guard|guard\.lock|\d+)$/;
const HASH = /\.[0-9a-f]{16}$/;

export function isLive(path: string): boolean {
	return path.split('/').some((part) => LIVE.test(part));
}

/** Undefined for what no command of ours writes under artifacts/: such paths are not to be trusted, nor carried along. */
export function storedPath(path: string): StoredPath | undefined {
	const parts = path.replace(/^\.\//, '').split('/');
	const name = parts.pop()!;
	if (name.length > MAX_NAME || !SAFE.test(name) || UNSAFE.test(name)) return undefined;
	const level: Level = parts[0] === 'artifacts' ? 'root' : parts.length > 0 ? 'artifacts' : 'folder';
	if (level === 'root') parts.shift();
	const [folder] = parts;
	if (parts.length > 1 || (level === 'root' && folder === undefined)) return undefined;
	const own = described(name, folder === CONFLICTS);
	if (!own || (folder !== undefined && folder !== CONFLICTS && folder !== own.folder)) return undefined;
	return { level, name, ...own, folder: folder ?? own.folder };
}

function described(
	name: string,
	aside: boolean,
): Pick<StoredPath, 'folder' | 'base' | 'kind' | 'manifest'> | undefined {
	const manifest = name.endsWith('.manifest.json');
	let base = manifest ? name.slice(0, -'.manifest.json'.length) : name;
	if (aside && HASH.test(base)) base = base.replace(HASH, '');
	else if (aside && (manifest || !base.endsWith('.json'))) return undefined;
	const measures = base.endsWith('.json.measures.json');
	if (measures && manifest) return undefined;
	const folder = folderOf(measures ? base.slice(0, -'.measures.json'.length) : base);
	const isJson = base.endsWith('.json');
	if (!folder || isJson !== (folder === 'responses') || (isJson && HASH.test(name))) return undefined;
	if (!isJson && !/\.(safetensors|pt)$/.test(base)) return undefined;
	return { folder, base, manifest, kind: measures ? 'measures' : isJson ? 'responses' : 'tensor' };
}

function folderOf(name: string): string | undefined {
	if (!/\.(json|safetensors|pt)$/.test(name)) return undefined;
	try {
		return FOLDERS[parseSettingsName(name).kind];
	} catch {
		return undefined;
	}
}
