import { readdir } from 'node:fs/promises';
import { SteeringError } from '@steering/core/errors';
import { type ParsedName, parseSettingsName } from '@steering/core/settings';

/** Names of what a folder holds, sorted; none without the folder. */
export async function namesIn(folder: string): Promise<string[]> {
	try {
		return (await readdir(folder)).sort();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw new SteeringError('ERR_MISSING_INPUT', `${folder} cannot be read (${(error as Error).message})`, {
			hint: 'name a folder of artifacts with --artifacts',
			cause: error,
		});
	}
}

/** What a file's name says; undefined, and told to `onProblem`, where it is no settings' (ERR_BAD_FILE). */
export function parseFileName(path: string, onProblem: (error: SteeringError) => void): ParsedName | undefined {
	try {
		return parseSettingsName(path);
	} catch (error) {
		if (!(error instanceof SteeringError)) throw error;
		onProblem(error);
		return undefined;
	}
}
