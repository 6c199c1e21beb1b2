import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where things that can be brought or made again are kept: `steering/NAME` in the XDG cache folder. */
export function cacheFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
	return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'steering', name);
}
