import { existsSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { cacheFolder, fingerprint, withLock } from '../artifacts/index.js';
import { checkpointFiles } from '../checkpoints/index.js';
import { SteeringError } from '../errors/index.js';
import { BUILDER, type BuildOptions, type BuiltModel, buildModel, GRAPH } from './build-model.js';
import { DEFAULT_QUANT, QUANTS, type Quant, quantSettings } from './quant.js';

/** `steering/BUILT_FOLDER` in the cache folder holds what was built without a folder being named. */
const BUILT_FOLDER = 'built';
/** Of the fingerprint, as much as keeps names short and models apart. */
const PRINT_LENGTH = 16;

export interface CachedBuildOptions extends Omit<BuildOptions, 'output'> {
	env?: NodeJS.ProcessEnv | undefined;
	/** Told once if another process builds the same, which is waited for. */
	onWait?: ((reason: string) => void) | undefined;
}

/** `steering/built` in the XDG cache folder. */
export function builtFolder(env?: NodeJS.ProcessEnv): string {
	return cacheFolder(BUILT_FOLDER, env);
}

/**
 * The model folder of a checkpoint, built at first use. It is kept by the checkpoint's fingerprint, the storage of the weights and
 * the builder's version; of several processes one builds, the others wait for it.
 *
 * @throws what {@link buildModel} throws, but ERR_LOCKED; ERR_USAGE if STEERING_QUANT names no storage
 */
export async function buildCached(options: CachedBuildOptions): Promise<BuiltModel> {
	const { env: _, overwrite = 'if-different', onWait, ...rest } = options;
	const { folder, quant } = placeOf(options);
	// A folder with a graph is whole: no lock is taken to use it.
	if (overwrite !== true && existsSync(join(folder, GRAPH))) return { folder, built: false, notes: [] };
	const build = () => buildModel({ ...rest, quant, overwrite, output: folder });
	return await withLock(`${folder}.first-use`, build, { wait: true, signal: options.signal, onWait });
}

/** The folder that {@link buildCached} would find; undefined if it would build. */
export function cachedBuild(options: CachedBuildOptions): string | undefined {
	const { folder } = placeOf(options);
	return existsSync(join(folder, GRAPH)) ? folder : undefined;
}

function placeOf(options: CachedBuildOptions): { folder: string; quant: Quant } {
	const { source, env = process.env, quant = automaticQuant(env) } = options;
	const { scheme, rounding } = quantSettings({ ...options, quant });
	const how = [quant, ...[scheme, rounding].filter((each) => each !== undefined)].join('-');
	const print = fingerprint(checkpointFiles(source)).slice(0, PRINT_LENGTH);
	return { folder: join(builtFolder(env), `${stemOf(options)}-${how}-${print}-b${BUILDER}`), quant };
}

/** For whoever looks into the folder; the fingerprint is what tells models apart. */
function stemOf({ source, sourceName = source }: CachedBuildOptions): string {
	const name = basename(sourceName);
	return extname(name).toLowerCase() === '.gguf' ? name.slice(0, -'.gguf'.length) : name;
}

/** How models that no flag speaks of are built: STEERING_QUANT, else the default. */
export function automaticQuant(env: NodeJS.ProcessEnv = process.env): Quant {
	const told = env.STEERING_QUANT || DEFAULT_QUANT;
	const quant = QUANTS.find((each) => each === told);
	if (quant !== undefined) return quant;
	throw new SteeringError('ERR_USAGE', `STEERING_QUANT is ${told}`, { hint: `set it to one of ${QUANTS.join(', ')}` });
}
