import { SteeringError } from '@steering/core/errors';
import type { NamedSettings } from '@steering/core/settings';
import { type Figure, figuresOf } from './figures.js';
import type { ResponseSet } from './response-files.js';
import { readScoredPrompts } from './scored-prompts.js';

/** The scored response files of one settings, by ascending multiplier. */
export interface ScoredSet {
	settings: NamedSettings;
	files: ScoredFile[];
}

export interface ScoredFile {
	mult: number;
	path: string;
	/** One per label, harmful before harmless. */
	figures: Figure[];
}

interface ScanOptions {
	signal?: AbortSignal | undefined;
	/** Told of each file that is not scored yet. */
	onNote: (note: string) => void;
	/** Told of each set with a file that cannot be plotted (ERR_BAD_FILE); the set is left out and the scan goes on. */
	onProblem: (error: SteeringError) => void;
}

/** Reads and checks response files; sets with no scored file are left out. */
export async function readScoredSets(sets: readonly ResponseSet[], options: ScanOptions): Promise<ScoredSet[]> {
	const scored: ScoredSet[] = [];
	for (const set of sets) {
		try {
			const files = await readScoredFiles(set, options);
			if (files.length > 0) scored.push({ settings: set.settings, files });
		} catch (error) {
			if (!(error instanceof SteeringError) || error.code !== 'ERR_BAD_FILE') throw error;
			options.onProblem(error);
		}
	}
	return scored;
}

async function readScoredFiles({ settings, files }: ResponseSet, { signal, onNote }: ScanOptions) {
	const scored: ScoredFile[] = [];
	for (const { mult, path } of files) {
		signal?.throwIfAborted();
		const prompts = await readScoredPrompts(path, settings.behavior);
		if (prompts) scored.push({ mult, path, figures: figuresOf(mult, prompts) });
		else onNote(`${path}: not scored yet, left out`);
	}
	return scored;
}
