import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors } from '@steering/core/artifacts';
import { HookedModel } from '@steering/core/model';
import { execaNode } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsShared, shared } from '../../core/test/shared-fixtures.js';
import { tinyCheckpoint, tinyGguf } from '../../core/test/tiny-gguf.js';

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));
const nodeOptions = ['--conditions=source', `--import=${import.meta.resolve('tsx')}`];

describe.skipIf(needsShared)(`--model is a checkpoint${needsShared}`, () => {
	let root: string;
	beforeEach(() => {
		root = mkdtempSync(join(tmpdir(), 'checkpoint-model-'));
	});
	afterEach(() => rmSync(root, { recursive: true }));

	it.each([
		[
			'a GGUF file',
			'Tiny.F32',
			async () => writeFileSync(join(root, 'Tiny.F32.gguf'), await tinyGguf()),
			'Tiny.F32.gguf',
		],
		['a folder of safetensors', 'model', async () => {}, tinyCheckpoint],
	])(
		'%s: built once, its stem in the names, the fingerprint of the built weights in the files',
		async (_, label, make, model) => {
			await make();
			const flags = ['--model', model, '--data', join(shared, 'datasets/reference')];
			const env = { XDG_CACHE_HOME: join(root, 'cache') };
			const run = () => execaNode(cli, flags, { nodeOptions, cwd: root, env });
			const first = await run();
			expect(first.stderr).toContain(`building ${label}, MB: 100%`);
			const vectors = readdirSync(join(root, 'artifacts/vecs')).filter((name) => name.endsWith('.safetensors'));
			expect(vectors).toContain(`vec_M${label}_Dprompts_L2.safetensors`);
			const [built] = readdirSync(join(root, 'cache/steering/built'));
			const { info } = await HookedModel.load(join(root, 'cache/steering/built', built!));
			const acts = join(root, `artifacts/acts/acts_M${label}_Dprompts_L2_P+.safetensors`);
			const { metadata } = await readSafetensors(acts);
			expect(metadata).toMatchObject({ model: label, fingerprint: info.fingerprint });
			const again = await run();
			expect(again.stdout).toContain('already there');
			expect(again.stderr).not.toContain('building');
		},
	);
});
