import type { StoredPath } from '@steering/core/artifacts';

/** One file of what is copied. */
export interface SourceFile extends StoredPath {
	/** As the archive or the folder has it. */
	path: string;
	/** Where its bytes lie now. */
	from: string;
	size: number;
}

export interface Source {
	files: SourceFile[];
	/** Paths that are not results: journals, locks, what other tools keep. */
	leftOut: string[];
	close(): Promise<void>;
}
