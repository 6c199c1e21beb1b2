import { SteeringError } from '../errors/index.js';
import { badFile } from '../interchange/read-bounded.js';

/** What a sound file holds, and no build here knows. */
export class Unsupported extends Error {}

/** What went wrong with a checkpoint (`kind`), as an error that names it. SteeringErrors stay what they are. */
export function checkpointError(path: string, kind: string, cause: unknown): SteeringError {
	if (cause instanceof SteeringError) return cause;
	if (!(cause instanceof Unsupported)) return badFile(path, `${kind} that can be built`, cause);
	return new SteeringError('ERR_NOT_OFFERED', `${path} cannot be built: ${cause.message}`, {
		hint: 'this version does not know it: take another edition of the model',
		cause,
	});
}
