import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../artifacts/cache-folder.js';
import { SteeringError } from '../errors/index.js';

export const FETCH_HINT =
	'run `pnpm datasets fetch`, or give a folder in that layout with --data DIR or STEERING_DATA=DIR';

/** `packages/organism`, seen from this file: three up from `core/src/datasets` and `core/dist/datasets` alike. */
const ORGANISM = fileURLToPath(new URL('../../../organism/', import.meta.url));

export interface DataRootOptions {
	/** `--data DIR`. */
	readonly data?: string | undefined;
	readonly env?: NodeJS.ProcessEnv;
	/** `--model`, as given: the embedded model speaks its own language and brings its own data. */
	readonly model: string;
}

/**
 * The folder that data sets are read from: `--data`, `STEERING_DATA`, the organism's own for the organism, else the
 * cache of `pnpm datasets fetch`. ERR_MISSING_INPUT when there is none.
 */
export function resolveDataRoot({ data, env = process.env, model }: DataRootOptions): string {
	if (data) return existing(data, '--data');
	if (env.STEERING_DATA) return existing(env.STEERING_DATA, 'STEERING_DATA');
	if (model === 'organism' || resolve(model) === join(ORGANISM, 'model')) return join(ORGANISM, 'data');
	const cache = datasetsCache(env);
	if (existsSync(join(cache, 'harm_dataset.csv')) || existsSync(join(cache, 'CAA'))) return cache;
	throw new SteeringError('ERR_MISSING_INPUT', `no data sets for ${model}: nothing in ${cache}`, { hint: FETCH_HINT });
}

/** Where `pnpm datasets fetch` puts what it brings, unless told otherwise: `steering/datasets` in the XDG cache folder. */
export function datasetsCache(env: NodeJS.ProcessEnv = process.env): string {
	return cacheFolder('datasets', env);
}

function existing(folder: string, given: string): string {
	if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return resolve(folder);
	throw new SteeringError('ERR_MISSING_INPUT', `no folder ${folder} (${given})`, { hint: FETCH_HINT });
}
