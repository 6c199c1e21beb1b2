import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultLayer } from '@steering/core/model-defaults';
import { parseSettings } from '@steering/core/settings';
import { evaluate } from '@steering/eval';
import { generateVectors } from '@steering/generate-vectors';
import { drawPlots } from '@steering/plots';
import { steer } from '@steering/steer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { smartcopy } from './index.js';

const settings = parseSettings({ model: 'organism', layer: defaultLayer('organism', false) });
const small = { settings, prompts: 2, repeats: 2, maxNewTokens: 6 };

let folder: string;
const at = (name: string) => join(folder, name);
const bytesOf = (name: string) =>
	Object.fromEntries(
		readdirSync(at(`${name}/artifacts/responses`)).map((file) => [
			file,
			readFileSync(at(`${name}/artifacts/responses/${file}`), 'utf8'),
		]),
	);

/** `whole` did everything; `one` and `two` each a part of it, and `two` scored its own. */
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'resume-'));
	await generateVectors({ settings, root: at('whole') });
	for (const name of ['one', 'two']) cpSync(at('whole'), at(name), { recursive: true });
	await steer({ ...small, root: at('whole'), mults: [-1, 1] });
	await steer({ ...small, root: at('one'), mults: [-1, 1] });
	await steer({ ...small, root: at('two'), mults: [1] });
	await evaluate({ root: at('whole') });
	await evaluate({ root: at('two') });
});
afterAll(() => rmSync(folder, { recursive: true }));

it('gives files that steer, eval and plots go on with, to the bytes of one machine', async () => {
	const { files } = await smartcopy({ source: at('two'), destination: at('one') });
	expect(files.filter(({ result }) => result !== 'kept')).toMatchObject([{ result: 'merged', conflicts: [] }]);
	const again = await steer({ ...small, root: at('one'), mults: [-1, 1] });
	expect(again.map(({ skipped }) => skipped)).toEqual([true, true]);
	const scored = await evaluate({ root: at('one'), settings });
	expect(scored.map(({ mult, skipped }) => [mult, skipped])).toEqual([
		[-1, false],
		[1, true],
	]);
	expect(bytesOf('one')).toEqual(bytesOf('whole'));
	await drawPlots({ root: at('one') });
	expect(readdirSync(at('one/plots')).some((name) => name.endsWith('.png'))).toBe(true);
});
