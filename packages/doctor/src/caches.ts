import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freeBytes } from '@steering/core/artifacts';
import { builtFolder } from '@steering/core/build';
import { datasetsCache } from '@steering/core/datasets';
import { hubCache } from '@steering/core/model-defaults';
import { type Finding, formatBytes, wrong } from './finding.js';

/** Each cache: how much is in it, where it is, and the room that is left. */
export async function cacheFindings(env: NodeJS.ProcessEnv): Promise<Finding[]> {
	const hub = hubCache(env);
	return [
		await cacheFinding('hub', hub, (name) => name.startsWith('models--')),
		await cacheFinding('built', builtFolder(env), (name) => !/\.(building|replaced|lock|lock-owner)$/.test(name)),
		await cacheFinding('datasets', datasetsCache(env)),
		await freeFinding(hub),
	];
}

async function cacheFinding(what: string, folder: string, isModel?: (name: string) => boolean): Promise<Finding> {
	if (!existsSync(folder)) return { state: 'absent', what, about: `empty, ${withTilde(folder)}` };
	try {
		const models = isModel && (await readdir(folder)).filter(isModel).length;
		const count = models === undefined ? '' : `, ${models} models`;
		return { state: 'ok', what, about: `${formatBytes(await sizeOf(folder))}${count}, ${withTilde(folder)}` };
	} catch (error) {
		return wrong(what, error);
	}
}

async function freeFinding(folder: string): Promise<Finding> {
	const free = await freeBytes(folder);
	return {
		state: 'ok',
		what: 'disk',
		about: free === undefined ? 'does not say what is free' : `${formatBytes(free)} free`,
	};
}

/** Bytes in a folder; links count as nothing, since a hub cache links to its own files. */
async function sizeOf(path: string): Promise<number> {
	const info = await lstat(path).catch(() => undefined);
	if (!info?.isDirectory()) return info?.isFile() ? info.size : 0;
	let sum = 0;
	for (const name of await readdir(path)) sum += await sizeOf(join(path, name));
	return sum;
}

function withTilde(path: string): string {
	const home = homedir();
	return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
