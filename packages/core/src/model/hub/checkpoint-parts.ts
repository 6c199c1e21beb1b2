import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '../../datasets/text-file.js';

/** Weights of one file, and the list of those of several. */
const WHOLE = 'model.safetensors';
export const SHARD_INDEX = 'model.safetensors.index.json';
/** Lists name each tensor: the largest have some tens of thousands. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;
/** Names become paths here: no folders. */
const shardName = z.string().regex(/^[\w.-]+\.safetensors$/, 'is not the name of a safetensors file');
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), shardName) });

/** The files of weights of a checkpoint whose list of shards, if it has one, is in `folder`. */
export async function shardNames(folder: string): Promise<string[]> {
	const path = join(folder, SHARD_INDEX);
	if (!existsSync(path)) return [WHOLE];
	const { weight_map } = await readJsonFile(path, indexSchema, { maxBytes: MAX_INDEX_BYTES });
	return [...new Set(Object.values(weight_map))].sort();
}

/** Whether a repository of these files has weights that a graph can be built from. */
export function hasSafetensors(files: ReadonlyMap<string, unknown>): boolean {
	return files.has(SHARD_INDEX) || files.has(WHOLE);
}
