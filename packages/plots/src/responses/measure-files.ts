import { join } from 'node:path';
import { type MeasuresFile, measuresPath, readMeasures } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import { type NamedSettings, parseSettingsName, plotPath } from '@steering/core/settings';
import { namesIn } from '../folder-names.js';

/** What `eval --measure` found for one settings, by ascending multiplier. */
export interface MeasureSet {
	settings: NamedSettings;
	files: MeasuredFile[];
}

export interface MeasuredFile {
	mult: number;
	/** Of the measures. */
	path: string;
	content: MeasuresFile;
}

export interface MeasureSearch {
	artifacts: string;
	selects: (settings: NamedSettings) => boolean;
	mults?: readonly number[] | undefined;
	signal?: AbortSignal | undefined;
	/** Told of each file that cannot be read, or whose name is no settings' (ERR_BAD_FILE); the search goes on. */
	onProblem: (error: SteeringError) => void;
}

const ENDING = measuresPath('');

/** The measures under ARTIFACTS/responses, with or without the response files they are named after. */
export async function findMeasureSets(search: MeasureSearch): Promise<MeasureSet[]> {
	const folder = join(search.artifacts, 'responses');
	const sets = new Map<string, MeasureSet>();
	for (const name of await namesIn(folder)) {
		if (!name.startsWith('responses_') || !name.endsWith(ENDING)) continue;
		search.signal?.throwIfAborted();
		const found = await readOne(join(folder, name.slice(0, -ENDING.length)), search);
		if (!found) continue;
		const { settings, ...file } = found;
		const key = plotPath(settings);
		const set = sets.get(key) ?? { settings, files: [] };
		set.files.push(file);
		sets.set(key, set);
	}
	for (const { files } of sets.values()) files.sort((a, b) => a.mult - b.mult);
	return [...sets.values()];
}

async function readOne(responses: string, { selects, mults, onProblem }: MeasureSearch) {
	try {
		const { settings, mult } = parseSettingsName(responses);
		if (mult === undefined || !selects(settings) || (mults && !mults.includes(mult))) return undefined;
		const content = await readMeasures(responses);
		return content && { settings, mult, path: measuresPath(responses), content };
	} catch (error) {
		if (!(error instanceof SteeringError) || error.code !== 'ERR_BAD_FILE') throw error;
		onProblem(error);
		return undefined;
	}
}
