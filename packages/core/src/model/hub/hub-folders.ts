import { homedir } from 'node:os';
import { join } from 'node:path';

/** Hugging Face's own cache, so that models which are there already, from Python too, are found and shared. */
export function hubCache(env: NodeJS.ProcessEnv): string {
	const home = env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
	return env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(home, 'hub');
}

/** Where the cache keeps one model: `blobs/HASH`, `snapshots/COMMIT/FILE` as links to them, `refs/REVISION` naming a commit. */
export function repositoryFolder(env: NodeJS.ProcessEnv, id: string): string {
	return join(hubCache(env), `models--${id.replaceAll('/', '--')}`);
}
