import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseSettings, responsePath } from '@steering/core/settings';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findResponseSets } from './response-files.js';
import { ScanCache } from './scan-cache.js';
import { readScoredSets } from './scored-sets.js';

let root: string;
let plots: string;
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'plots-'));
	plots = join(root, 'plots');
	await mkdir(join(root, 'artifacts', 'responses'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

const pathOf = (mult: number) => join(root, responsePath(parseSettings({ model: 'organism', layer: 3 }), mult));
const put = (mult: number, scores: unknown) =>
	writeFile(
		pathOf(mult),
		JSON.stringify(
			['harmful', 'harmless'].map((label) => ({ label, prompt: 'p', responses: ['r'], ...(scores ? { scores } : {}) })),
		),
	);

/** Scans as a run does: names of the files that were read, and what came of it. */
async function scan() {
	const [read, notes, problems]: string[][] = [[], [], []];
	const sets = await findResponseSets(join(root, 'artifacts'), (error) => expect.fail(error.message));
	const cache = await ScanCache.open(plots);
	cache.keepOnly(sets.flatMap(({ files }) => files.map(({ path }) => path)));
	const scored = await readScoredSets(sets, {
		cache,
		onNote: (note) => notes!.push(note),
		onProblem: ({ message }) => problems!.push(message),
		onRead: (path) => read!.push(path),
	});
	return { read: read!, notes: notes!, problems: problems!, scored };
}
const cacheFile = async () => join(plots, (await readdir(plots))[0]!);

it('reads a file once, and again when it changes', async () => {
	for (const mult of [-1, 0, 1]) await put(mult, [true]);
	await put(2, undefined);
	const first = await scan();
	expect(first.read).toHaveLength(4);
	expect(first.notes).toEqual([expect.stringContaining('X2.0.json: not scored yet')]);
	expect(await scan()).toEqual({ ...first, read: [] });

	await utimes(pathOf(0), 1, 1);
	expect(await scan()).toEqual({ ...first, read: [pathOf(0)] });
	await put(1, [false]);
	const changed = await scan();
	expect(changed.read).toEqual([pathOf(1)]);
	expect(changed.scored[0]!.files.map(({ figures }) => figures[0]!.mean)).toEqual([1, 1, 0]);
	await put(2, [false]);
	expect((await scan()).scored[0]!.files).toHaveLength(4);
});

it('names a file that cannot be plotted each time, and leaves out only that', async () => {
	for (const mult of [-1, 1]) await put(mult, [true]);
	await put(0, [3]);
	const first = await scan();
	expect(first.problems).toEqual([expect.stringContaining(`${pathOf(0)}: item 1 ("p") scores[0] is 3`)]);
	expect(first.scored[0]!.files.map(({ mult }) => mult)).toEqual([-1, 1]);
	expect(await scan()).toEqual({ ...first, read: [pathOf(0)] });
});

it('names a folder and a link to nowhere among the files', async () => {
	await put(-1, [true]);
	await mkdir(pathOf(0));
	await symlink('nowhere', pathOf(1));
	const { problems, scored } = await scan();
	expect(problems).toEqual([
		expect.stringContaining(`${pathOf(0)}: cannot be read (EISDIR`),
		expect.stringContaining(`${pathOf(1)}: cannot be read (ENOENT`),
	]);
	expect(scored[0]!.files.map(({ mult }) => mult)).toEqual([-1]);
});

it('forgets files that are gone', async () => {
	for (const mult of [0, 1]) await put(mult, [true]);
	await scan();
	await rm(pathOf(0));
	expect((await scan()).read).toEqual([]);
	const text = gunzipSync(await readFile(await cacheFile())).toString();
	expect(Object.keys(JSON.parse(text).files).map((key) => basename(key))).toEqual([basename(pathOf(1))]);
});

it('is built again when it cannot be read, and does without when it cannot be written', async () => {
	await put(1, [true]);
	const first = await scan();
	const path = await cacheFile();
	const whole = await readFile(path);
	for (const broken of [Buffer.from('{'), whole.subarray(0, -9), Buffer.alloc(0)]) {
		await writeFile(path, broken);
		expect(await scan()).toEqual(first);
		expect(await readFile(path)).toEqual(whole);
	}
	await rm(plots, { recursive: true });
	await writeFile(plots, 'a file where the folder should be');
	expect(await scan()).toEqual(first);
});

it('makes no folder where nothing is scored', async () => {
	await put(1, undefined);
	await scan();
	expect(await readdir(root)).toEqual(['artifacts']);
});
