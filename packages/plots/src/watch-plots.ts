import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SteeringError } from '@steering/core/errors';
import { drawRound, foldersOf, type PlotOptions, type Rounds } from './draw-plots.js';
import { stampOf } from './responses/scan-cache.js';

/**
 * Milliseconds between scans. Polling, because `fs.watch` misses events on network disks and in containers, says nothing
 * of a folder that is not there yet, and of a replaced file not always which; a scan through the cache only asks for stamps.
 */
const PAUSE = 1000;
/** Asked for wrongly: no score that lands makes it right. */
const LASTING = ['ERR_USAGE', 'ERR_NOT_OFFERED', 'ERR_ABORTED'];

/**
 * Draws pictures, then again those whose content changes as scores land, until `signal` is aborted. What is wrong in a
 * round is told to `onNote`, once while it lasts: a file may be half copied.
 * @throws {SteeringError} ERR_ABORTED in the end; ERR_USAGE for options that do not fit
 */
export async function watchPlots(options: PlotOptions): Promise<never> {
	const rounds: Rounds = { drawn: new Map() };
	let said = new Set<string>();
	let seen: string | undefined;
	for (;;) {
		const now = await stampsIn(foldersOf(options).artifacts);
		if (now !== seen) said = await drawOnce(options, rounds, said);
		seen = now;
		// Its own AbortError would hide who stopped it.
		await wait(PAUSE, undefined, { signal: options.signal }).catch(() => {});
		options.signal?.throwIfAborted();
	}
}

/** Returns what was told in this round; of that, nothing that `said` has is told again. */
async function drawOnce(options: PlotOptions, rounds: Rounds, said: ReadonlySet<string>): Promise<Set<string>> {
	const now = new Set<string>();
	const onNote = (note: string) => {
		if (!said.has(note) && !now.has(note)) options.onNote?.(note);
		now.add(note);
	};
	await drawRound({ ...options, onNote }, rounds).catch((error) => onNote(lineOf(error, options)));
	return now;
}

/** Of all files that pictures are made of: while it is the same, there is nothing to draw again. */
async function stampsIn(artifacts: string): Promise<string> {
	const folders = ['responses', 'acts'].map((name) => join(artifacts, name));
	const paths = (
		await Promise.all(folders.map(async (folder) => (await namesOf(folder)).map((name) => join(folder, name))))
	).flat();
	const stamps = await Promise.all(paths.map((path) => stampOf(path).catch(() => 'gone')));
	return paths.map((path, i) => `${path} ${stamps[i]}`).join('\n');
}

const namesOf = (folder: string) => readdir(folder).catch((): string[] => []);

function lineOf(error: unknown, options: PlotOptions): string {
	if (!(error instanceof SteeringError) || LASTING.includes(error.code)) throw error;
	if (error.code === 'ERR_MISSING_INPUT') {
		return `waiting for scores in ${join(foldersOf(options).artifacts, 'responses')}`;
	}
	return error.hint ? `${error.message}; ${error.hint}` : error.message;
}
