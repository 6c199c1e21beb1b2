import { join } from 'node:path';
import type { SteeringError } from '@steering/core/errors';
import { type NamedSettings, plotPath } from '@steering/core/settings';
import { namesIn, parseFileName } from '../folder-names.js';

/** The response files of one settings, by multiplier. */
export interface ResponseSet {
	settings: NamedSettings;
	/** In ascending order of `mult`. */
	files: { mult: number; path: string }[];
}

/** Manifests and measures lie beside the files; the reference's `prettify.py` leaves copies for reading. */
const RESPONSES = /^responses_(?!.*\.json\.).+(?<!__pretty)\.json$/;

/**
 * Every settings with response files under ARTIFACTS/responses, in the order of their names; empty without the folder.
 * @param onProblem told of each file whose name is no settings' (ERR_BAD_FILE); the scan goes on
 */
export async function findResponseSets(
	artifacts: string,
	onProblem: (error: SteeringError) => void,
): Promise<ResponseSet[]> {
	const folder = join(artifacts, 'responses');
	const sets = new Map<string, ResponseSet>();
	for (const name of (await namesIn(folder)).filter((name) => RESPONSES.test(name))) {
		const path = join(folder, name);
		const parsed = parseFileName(path, onProblem);
		if (parsed?.mult === undefined) continue;
		const key = plotPath(parsed.settings);
		const set = sets.get(key) ?? { settings: parsed.settings, files: [] };
		set.files.push({ mult: parsed.mult, path });
		sets.set(key, set);
	}
	for (const { files } of sets.values()) files.sort((a, b) => a.mult - b.mult);
	return [...sets.values()];
}
