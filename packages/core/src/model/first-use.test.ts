import { execFile } from 'node:child_process';
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsShared } from '../../test/shared-fixtures.js';
import { tinyGguf } from '../../test/tiny-gguf.js';
import { readManifest } from '../artifacts/index.js';
import { HookedModel } from './hooked-model.js';
import { resolveModel } from './source.js';

describe.skipIf(needsShared)(`a checkpoint given as a model${needsShared}`, () => {
	let root: string;
	let file: string;
	let env: NodeJS.ProcessEnv;
	beforeEach(async () => {
		root = realpathSync(mkdtempSync(join(tmpdir(), 'first-use-')));
		env = { XDG_CACHE_HOME: root };
		mkdirSync(join(root, 'models'));
		file = join(root, 'models', 'Tiny-1.5.F32.gguf');
		writeFileSync(file, await tinyGguf());
	});
	afterEach(() => rmSync(root, { recursive: true }));
	const built = () => readdirSync(join(root, 'steering/built'));

	it('is built into the cache at first use, and found there afterwards, by its content', async () => {
		const seen: string[] = [];
		const onBuild = (name: string, done: number, total: number) => seen.push(`${name} ${done === total}`);
		const files = await resolveModel(file, { env, onBuild });
		expect(files.name).toBe('Tiny-1.5.F32');
		expect(seen.at(-1)).toBe('Tiny-1.5.F32 true');
		expect(built()).toEqual([expect.stringMatching(/^Tiny-1\.5\.F32-auto-[0-9a-f]{16}-b\d+$/)]);
		expect(files.folder).toBe(join(root, 'steering/built', built()[0]!));
		seen.length = 0;
		const { ino } = statSync(files.onnxPath);
		expect(await resolveModel(file, { env, onBuild })).toEqual(files);
		expect([seen, statSync(files.onnxPath).ino]).toEqual([[], ino]);
		expect((await readManifest(files.onnxPath)).source).toMatchObject({ name: 'Tiny-1.5.F32.gguf' });
	});

	it('runs, with the fingerprint of the built weights', async () => {
		const files = await resolveModel(file, { env });
		const [direct, again] = [await HookedModel.load(files), await HookedModel.load(files.folder)];
		expect(direct.info).toEqual({ ...again.info, name: 'Tiny-1.5.F32' });
		const row = { ids: direct.tokenizer.encodeChat([{ role: 'user', content: 'Hi' }]) };
		expect(await direct.forward([row])).toEqual(await again.forward([row]));
	});

	it('is the only one of its folder, or stands for a name of the registry', async () => {
		expect(await resolveModel(join(root, 'models'), { env })).toMatchObject({ name: 'models' });
		const own = { ...env, STEERING_MODEL_LLAMA3: file };
		expect(await resolveModel('llama3', { env: own })).toMatchObject({ name: 'llama3' });
	});

	it('is built anew when it is another, or is to be stored otherwise', async () => {
		await resolveModel(file, { env });
		const { folder } = await resolveModel(file, { env: { ...env, STEERING_QUANT: 'none' } });
		expect(JSON.stringify((await readManifest(join(folder, 'model.onnx'))).settings)).toBe('{"quant":"none"}');
		const bytes = readFileSync(file);
		bytes[bytes.length - 1]! ^= 1;
		writeFileSync(file, bytes);
		await resolveModel(file, { env });
		expect(built()).toHaveLength(3);
		await expect(resolveModel(file, { env: { ...env, STEERING_QUANT: 'q1' } })).rejects.toMatchObject({
			...{ code: 'ERR_USAGE', message: 'STEERING_QUANT is q1' },
		});
	});

	it('several processes at once build once', async () => {
		const script = fileURLToPath(new URL('./source.ts', import.meta.url));
		const code = `const { resolveModel } = await import(${JSON.stringify(script)});
			let builds = 0;
			const { folder } = await resolveModel(process.env.FILE, { onBuild: () => builds++ });
			console.log(JSON.stringify([folder, builds > 0]));`;
		const flags = ['--conditions=source', '--import', 'tsx', '--input-type=module', '-e', code];
		const run = () => promisify(execFile)(process.execPath, flags, { env: { ...process.env, ...env, FILE: file } });
		const results = await Promise.all([run(), run(), run()]);
		const [folders, builds] = [0, 1].map((i) => results.map(({ stdout }) => JSON.parse(stdout)[i]));
		expect(new Set(folders)).toEqual(new Set([join(root, 'steering/built', built()[0]!)]));
		expect(builds?.sort()).toEqual([false, false, true]);
		expect(built()).toHaveLength(1);
	});

	it('that cannot be built leaves nothing', async () => {
		writeFileSync(file, readFileSync(file).subarray(0, 1000));
		await expect(resolveModel(file, { env })).rejects.toMatchObject({
			code: 'ERR_BAD_FILE',
			message: expect.stringContaining('Tiny-1.5.F32.gguf'),
		});
		expect(built()).toEqual([]);
	});
});
