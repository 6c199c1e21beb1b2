import { CONFLICTS, type StoredPath, storedPath } from '@steering/core/artifacts';
import type { Destination } from './destination.js';
import { group } from './merge/canonical.js';
import type { SourceFile } from './source/source.js';
import type { Write } from './writes.js';

/** A result with its manifest and what is kept aside of it: what is merged as one. */
export interface Unit {
	base: string;
	kind: StoredPath['kind'];
	/** `responses`, `vecs` or `acts`. */
	folder: string;
	data: SourceFile | undefined;
	manifest: SourceFile | undefined;
	asides: SourceFile[];
}

/** What merging a unit comes to. */
export interface Merge {
	writes: Write[];
	/** Whether the destination has neither the file nor anything kept aside of it. */
	isNew: boolean;
	/** What is said differently, in words. */
	conflicts: string[];
	/** Paths of what is kept aside. */
	asides: string[];
}

export type MergeUnit = (unit: Unit, to: Destination) => Promise<Merge>;

export function unitsOf(files: readonly SourceFile[]): Unit[] {
	const units = [...group(files, ({ kind, base }) => `${kind} ${base}`).values()].map(unitOf);
	return units.sort((a, b) => (a.base < b.base ? -1 : 1));
}

function unitOf(files: readonly SourceFile[]): Unit {
	const { base, kind } = files[0]!;
	const own = files.filter(({ folder }) => folder !== CONFLICTS);
	return {
		...{ base, kind, folder: storedPath(base)!.folder },
		data: own.find(({ manifest }) => !manifest),
		manifest: own.find(({ manifest }) => manifest),
		asides: files.filter(({ folder }) => folder === CONFLICTS),
	};
}
