import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsShared } from '../../core/test/shared-fixtures.js';
import { tinyGguf } from '../../core/test/tiny-gguf.js';

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));
const nodeOptions = ['--conditions=source', `--import=${import.meta.resolve('tsx')}`];

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'build-cli-'));
});
afterEach(() => rmSync(dir, { recursive: true }));
const run = (...flags: string[]) => execaNode(cli, flags, { nodeOptions, reject: false, cwd: dir });

describe('pnpm build-model', () => {
	it.skipIf(needsShared)(`prints the folder it made, and says when it was there${needsShared}`, async () => {
		writeFileSync(join(dir, 'tiny.gguf'), await tinyGguf());
		const folder = join(dir, 'made', 'tiny');
		expect(await run('tiny.gguf', '-o', 'made/tiny')).toMatchObject({ exitCode: 0, stdout: folder });
		const again = await run('tiny.gguf', '-o', 'made/tiny');
		expect(again).toMatchObject({ exitCode: 0, stdout: `${folder} (as it was)`, stderr: '' });
		const flags = ['--quant', 'q4', '--scheme', 'symmetric', '--rounding', 'nearest', '--overwrite', '--json'];
		const json = await run('tiny.gguf', '-o', 'made/tiny', ...flags);
		expect(JSON.parse(json.stdout)).toEqual({ folder, built: true, notes: [] });
		expect(json.stderr).toBe('');
		expect(readdirSync(join(dir, 'made'))).toEqual(['tiny']);
	});

	it('errors are one line with an exit code', async () => {
		writeFileSync(join(dir, 'no.gguf'), 'not a model');
		const bad = await run('no.gguf', '-o', 'out');
		expect(bad).toMatchObject({ exitCode: 1, stdout: '' });
		expect(bad.stderr).toMatch(/^error: no\.gguf is not a GGUF model that can be built \(.*\); .*$/);
		expect(await run('none.gguf', '-o', 'out')).toMatchObject({ exitCode: 3, stdout: '' });
		expect(await run('no.gguf')).toMatchObject({ exitCode: 2, stdout: '' });
		expect(await run('no.gguf', '-o', 'out', '--quant', 'q3')).toMatchObject({ exitCode: 2, stdout: '' });
		expect(await run('no.gguf', '-o', 'out', '--scheme', 'symmetric')).toMatchObject({
			exitCode: 2,
			stderr:
				'error: --scheme says how to quantise, which --quant auto does not; leave it out, or take --quant q4 or q8',
		});
		expect(readdirSync(dir)).toEqual(['no.gguf']);
	});
});
