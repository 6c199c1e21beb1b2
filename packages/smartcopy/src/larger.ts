import { statSync } from 'node:fs';
import type { Destination } from './destination.js';
import type { SourceFile } from './source/source.js';
import type { Merge } from './unit.js';

/** The reference's rule: the larger of two files, whatever is in them; of equally large ones the one that is there. */
export function keepLarger(file: SourceFile, to: Destination): Merge {
	const path = to.place(file.folder, file.name);
	const there = statSync(path, { throwIfNoEntry: false });
	const isLarger = there === undefined || file.size > there.size;
	return {
		writes: isLarger ? [{ path, from: file.from }] : [],
		isNew: there === undefined,
		...{ conflicts: [], asides: [] },
	};
}
