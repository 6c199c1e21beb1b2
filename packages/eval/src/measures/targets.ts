import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, manifestPath, readManifest } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import { type NamedSettings, parseSettings, responsePath, type Settings } from '@steering/core/settings';
import { findResponseFiles } from '../response-files.js';

/** One settings at one multiplier: what a measures file is about. */
export interface Target {
	/** Of the response file, relative to the folder that holds artifacts/; it need not be there. */
	path: string;
	settings: Settings;
	mult: number;
	/** Of the response file, where there is one with a manifest. */
	manifest: Manifest | undefined;
}

export interface TargetOptions {
	root: string;
	settings?: NamedSettings | undefined;
	mults?: readonly number[] | undefined;
	onNote?: ((note: string) => void) | undefined;
}

/**
 * What to measure, a list for each settings. Settings and multipliers that are named need no response files unless replies are
 * measured; otherwise the response files say which there are.
 *
 * @throws SteeringError ERR_MISSING_INPUT naming the command that makes what is not there
 */
export async function findTargets(options: TargetOptions, needsReplies: boolean): Promise<Target[][]> {
	const groups = new Map<string, Target[]>();
	for (const { path, settings, mult } of await files(options, needsReplies)) {
		const target = { path, settings: complete(settings), mult, manifest: await manifestOf(join(options.root, path)) };
		const key = responsePath(settings, 0);
		groups.set(key, [...(groups.get(key) ?? []), target]);
	}
	return [...groups.values()];
}

async function files(options: TargetOptions, needsReplies: boolean) {
	const { settings, mults } = options;
	if (settings && mults && !needsReplies) {
		const distinct = mults.filter((mult, i) => mults.findIndex((other) => Object.is(other, mult)) === i);
		return distinct.map((mult) => ({ path: responsePath(settings, mult), settings, mult }));
	}
	const found = await findResponseFiles(options).catch((error) => {
		if (needsReplies || !(error instanceof SteeringError) || error.code !== 'ERR_MISSING_INPUT') throw error;
		const hint = 'name settings and multipliers to measure without replies, as in --model organism --mults -1 0 1';
		throw new SteeringError(error.code, error.message, { hint, cause: error });
	});
	// A name knows a folder's model by its last part only.
	return settings ? found.map((file) => ({ ...file, settings })) : found;
}

/** Names leave out what a name need not say; what is measured has to be settings that can be steered. */
function complete({ layer, ...settings }: NamedSettings): Settings {
	return parseSettings({ ...settings, ...(layer === null ? {} : { layer }) });
}

async function manifestOf(file: string): Promise<Manifest | undefined> {
	return existsSync(manifestPath(file)) ? await readManifest(file) : undefined;
}
