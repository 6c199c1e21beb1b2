import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsShared, shared } from '../../core/test/shared-fixtures.js';
import { tinyGguf } from '../../core/test/tiny-gguf.js';

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));
const nodeOptions = ['--conditions=source', `--import=${import.meta.resolve('tsx')}`];

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'build-cli-'));
});
afterEach(() => rmSync(dir, { recursive: true }));
const run = (...flags: string[]) =>
	execaNode(cli, flags, { nodeOptions, reject: false, cwd: dir, env: { XDG_CACHE_HOME: join(dir, 'cache') } });

describe('pnpm build-model', () => {
	it.skipIf(needsShared)(`prints the folder it made, and says when it was there${needsShared}`, async () => {
		writeFileSync(join(dir, 'tiny.gguf'), await tinyGguf());
		const folder = join(dir, 'made', 'tiny');
		expect(await run('tiny.gguf', '-o', 'made/tiny')).toMatchObject({ exitCode: 0, stdout: folder });
		const again = await run('tiny.gguf', '-o', 'made/tiny');
		expect(again).toMatchObject({ exitCode: 0, stdout: `${folder} (as it was)`, stderr: '' });
		const flags = ['--quant', 'q4', '--scheme', 'symmetric', '--rounding', 'nearest', '--overwrite', '--json'];
		const json = await run('tiny.gguf', '-o', 'made/tiny', ...flags);
		expect(JSON.parse(json.stdout)).toEqual({ folder, made: 'built' });
		expect(json.stderr).toBe('');
		expect(readdirSync(join(dir, 'made'))).toEqual(['tiny']);
		expect(existsSync(join(dir, 'cache'))).toBe(false);
	});

	it.skipIf(needsShared)(`without a folder builds into the cache, where commands find it${needsShared}`, async () => {
		writeFileSync(join(dir, 'tiny.gguf'), await tinyGguf());
		const first = await run('tiny.gguf');
		const [made] = readdirSync(join(dir, 'cache/steering/built'));
		expect(first).toMatchObject({ exitCode: 0, stdout: join(dir, 'cache/steering/built', made!) });
		expect(first.stderr).toMatch(/^building tiny, MB: .*100%/);
		expect((await run('tiny.gguf')).stdout).toBe(`${first.stdout} (as it was)`);
		expect((await run('tiny.gguf', '--overwrite')).stdout).toBe(first.stdout);
		expect(readdirSync(join(dir, 'cache/steering/built'))).toEqual([made]);
		const other = await run('tiny.gguf', '--quant', 'none');
		expect(other.stdout).toBe(first.stdout.replace('-auto-', '-none-'));
		expect(other.stderr).toContain('note: commands find it where STEERING_QUANT=none is set');
	});

	it.skipIf(needsShared)(`uses an ONNX model as it is, and says so${needsShared}`, async () => {
		const model = join(shared, 'fixtures/tiny/onnx-genai');
		const path = join(model, 'model.onnx');
		expect((await run(model)).stdout).toBe(`${path} (an ONNX model already: used as it is)`);
		const refused = await run(model, '-o', 'out');
		expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
		expect(refused.stderr).toContain('is an ONNX model already: nothing is built from it');
		expect(readdirSync(dir)).toEqual([]);
	});

	it('errors are one line with an exit code', async () => {
		writeFileSync(join(dir, 'no.gguf'), 'not a model');
		const bad = await run('no.gguf', '-o', 'out');
		expect(bad).toMatchObject({ exitCode: 1, stdout: '' });
		expect(bad.stderr).toMatch(/^error: no\.gguf is not a GGUF model that can be built \(.*\); .*$/);
		expect(await run('none.gguf', '-o', 'out')).toMatchObject({ exitCode: 3, stdout: '' });
		expect(await run()).toMatchObject({ exitCode: 2, stdout: '' });
		expect(await run('no.gguf', '-o', 'out', '--quant', 'q3')).toMatchObject({ exitCode: 2, stdout: '' });
		expect(await run('no.gguf', '-o', 'out', '--scheme', 'symmetric')).toMatchObject({
			exitCode: 2,
			stderr:
				'error: --scheme says how to quantise, which --quant auto does not; leave it out, or take --quant q4 or q8',
		});
		expect(readdirSync(dir)).toEqual(['no.gguf']);
	});
});
