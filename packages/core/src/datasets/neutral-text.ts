import { z } from 'zod';
import { MAX_DATASET_BYTES } from './rows.js';
import { readJsonFile } from './text-file.js';

/** A plain request, and a text that answers it: ordinary language, with no stance on any behavior. */
export interface NeutralExchange {
	readonly prompt: string;
	readonly text: string;
}

/** In a folder of data sets, where models speak another language than English. */
export const NEUTRAL_TEXT_FILE = 'neutral_text.json';

const text = z.string().min(1, 'must not be empty');
const schema = z.array(z.strictObject({ prompt: text, text })).min(1, 'has no rows');

/** Throws ERR_MISSING_INPUT without the file, ERR_BAD_FILE naming file and row. */
export function loadNeutralText(path: string, hint?: string): Promise<NeutralExchange[]> {
	return readJsonFile(path, schema, { maxBytes: MAX_DATASET_BYTES, ...(hint === undefined ? {} : { hint }) });
}
