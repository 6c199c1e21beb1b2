import type { Checkpoint } from './checkpoint.js';
import { openGguf } from './gguf/gguf-checkpoint.js';

/**
 * Opens what {@link findCheckpoint} found.
 * @throws SteeringError ERR_MISSING_INPUT, ERR_BAD_FILE, ERR_NOT_OFFERED for what is not known
 */
export async function openCheckpoint(source: string): Promise<Checkpoint> {
	return await openGguf(source);
}
