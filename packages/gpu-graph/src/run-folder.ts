import { mkdirSync } from 'node:fs';
import { SteeringError } from '@steering/core/errors';

/** @throws {SteeringError} ERR_FAILED naming the folder and what it is for */
export function makeFolder(path: string, what: string): void {
	try {
		mkdirSync(path, { recursive: true });
	} catch (cause) {
		throw cannotKeep(path, what, cause);
	}
}

/** The one line for a folder that cannot be made, read or written. */
export function cannotKeep(path: string, what: string, cause: unknown): SteeringError {
	const { code = 'error' } = cause as NodeJS.ErrnoException;
	return new SteeringError('ERR_FAILED', `cannot keep ${what} in ${path} (${WORDS[code] ?? code})`, {
		hint: 'see that it is a folder that you may write to, with room on its disk',
		cause,
	});
}

const WORDS: Readonly<Record<string, string>> = {
	EACCES: 'no permission',
	EPERM: 'no permission',
	EROFS: 'read-only file system',
	ENOSPC: 'no space left',
	EDQUOT: 'quota used up',
	EEXIST: 'a file is in its place',
	ENOTDIR: 'a file is in its place',
};
