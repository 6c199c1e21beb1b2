import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '@steering/core/artifacts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyGguf } from '../../core/test/tiny-gguf.js';
import { needsShared, shared } from '../test/fixture-copy.js';
import { checkLine, checkParity } from './index.js';
import { pinnedGguf } from './pinned-gguf.js';

const pinned = pinnedGguf('smollm2-gguf')!;
const isCached = existsSync(join(cacheFolder('gguf'), pinned.file));
const needsGguf = needsShared || (isCached ? '' : ` (skipped: ${pinned.file} is not cached; pnpm parity downloads it)`);

describe.skipIf(needsShared)(`a fixture of a GGUF file${needsShared}`, () => {
	let dir: string;
	beforeEach(() => {
		dir = mkdtempSync(join(tmpdir(), 'built-gguf-'));
	});
	afterEach(() => rmSync(dir, { recursive: true }));

	it('is compared with the graph built from the one among the models, which is built once', async () => {
		const fixtures = join(dir, 'fixtures');
		for (const file of ['acts/prompts.json', 'acts/prompts.safetensors']) {
			cpSync(join(shared, 'fixtures/tiny', file), join(fixtures, 'tiny-gguf', file));
		}
		const models = join(dir, 'models');
		mkdirSync(join(models, 'tiny-gguf'), { recursive: true });
		writeFileSync(join(models, 'tiny-gguf', 'tiny.gguf'), await tinyGguf());
		const seen = new Set<string>();
		const parity = (only: RegExp) => {
			seen.clear();
			const env = { XDG_CACHE_HOME: join(dir, 'cache') };
			return checkParity({ dir: fixtures, models, only, env, onProgress: (what) => seen.add(what) });
		};
		expect((await parity(/^tiny acts/)).rows).toEqual([]);
		expect([...seen]).toEqual([]);
		const { rows } = await parity(/tiny-gguf/);
		expect(seen).toContain('tiny-gguf build');
		expect(rows.map(checkLine)).toContain('ok   tiny-gguf acts prompts: token ids 24 examples');
		// Its weights are rounded to float16, the fixture's are not: near, and not equal.
		const { measured } = rows.find(({ what }) => what === 'activations')!;
		expect(measured).toBeGreaterThan(1e-5);
		expect(measured).toBeLessThan(0.1);
		await parity(/tiny-gguf/);
		expect(seen).not.toContain('tiny-gguf build');
		expect(seen).toContain('tiny-gguf activations');
	});

	it('that cannot be built is one failed check', async () => {
		const fixtures = join(dir, 'fixtures');
		cpSync(join(shared, 'fixtures/tiny/acts/prompts.json'), join(fixtures, 'tiny-gguf/acts/prompts.json'));
		const models = join(dir, 'models');
		mkdirSync(join(models, 'tiny-gguf'), { recursive: true });
		writeFileSync(join(models, 'tiny-gguf', 'tiny.gguf'), (await tinyGguf()).subarray(0, 50_000));
		const { rows } = await checkParity({ dir: fixtures, models, env: { XDG_CACHE_HOME: join(dir, 'cache') } });
		expect(rows.filter(({ status }) => status === 'FAIL').map(checkLine)).toEqual([
			expect.stringMatching(/^FAIL tiny-gguf build: .*tiny\.gguf is not a GGUF model that can be built/),
		]);
	});
});

describe.skipIf(needsGguf)(`SmolLM2 from its GGUF file${needsGguf}`, () => {
	it("has the reference's token ids, activations and logits", async () => {
		const only = /^smollm2-gguf (acts prompts_res|apply unsteered)$/;
		const { rows } = await checkParity({ dir: join(shared, 'fixtures'), only });
		expect(rows.filter(({ status }) => status !== 'ok').map(checkLine)).toEqual([]);
		expect(rows.map(({ what }) => what)).toEqual(expect.arrayContaining(['token ids', 'activations', 'logits']));
	});
});
