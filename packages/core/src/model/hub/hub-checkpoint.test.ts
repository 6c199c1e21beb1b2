import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	unlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMIT, LocalHub, sha256 } from '../../../test/local-hub.js';
import {
	type ApplyFixture,
	largestDifference,
	needsShared,
	numbers,
	readJson,
	tensorsOf,
} from '../../../test/shared-fixtures.js';
import { tinyCheckpoint, tinyGguf } from '../../../test/tiny-gguf.js';
import { writeSafetensors } from '../../artifacts/index.js';
import { HookedModel } from '../hooked-model.js';
import { locateModel } from '../locate-model.js';
import { resolveModel } from '../source.js';

const ID = 'meta-llama/Meta-Llama-3-8B-Instruct';
const TOKEN = 'hf_of_the_account';

/** The tiny checkpoint as a repository of the hub: in two shards, with files beside them that nobody needs. */
async function repository(): Promise<Record<string, Buffer>> {
	const names = ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json'];
	const own = names.map((name) => [name, readFileSync(join(tinyCheckpoint, name))] as const);
	const shards = await shardsOfTiny();
	const places = shards.flatMap(({ file, tensors }) => [...tensors].map(([name]) => [name, file] as const));
	return {
		...Object.fromEntries(own),
		'README.md': Buffer.from('# A model'),
		'pytorch_model.bin': Buffer.from('another edition'),
		'original/consolidated.00.pth': Buffer.from('another one'),
		'model.safetensors.index.json': Buffer.from(JSON.stringify({ weight_map: Object.fromEntries(places) })),
		...Object.fromEntries(shards.map(({ file, bytes }) => [file, bytes])),
		'gguf/tiny.F32.gguf': await tinyGguf(),
	};
}

/** The tensors of the tiny checkpoint in two files of safetensors. */
async function shardsOfTiny() {
	const tensors = [...(await tensorsOf('fixtures/tiny/model/model.safetensors'))];
	const folder = mkdtempSync(join(tmpdir(), 'shards-'));
	const shards = [tensors.slice(0, tensors.length / 2), tensors.slice(tensors.length / 2)].map(async (part, i) => {
		const file = `model-0000${i + 1}-of-00002.safetensors`;
		await writeSafetensors(join(folder, file), new Map(part));
		return { file, tensors: new Map(part), bytes: readFileSync(join(folder, file)) };
	});
	return await Promise.all(shards).finally(() => rmSync(folder, { recursive: true }));
}

describe.skipIf(needsShared)(`a repository of safetensors${needsShared}`, () => {
	let files: Record<string, Buffer>;
	let hub: LocalHub;
	let home: string;
	let env: NodeJS.ProcessEnv;
	beforeEach(async () => {
		files = await repository();
		hub = new LocalHub({ id: ID, files });
		home = realpathSync(mkdtempSync(join(tmpdir(), 'hf-home-')));
		env = { HF_HOME: home, XDG_CACHE_HOME: home, HF_ENDPOINT: await hub.start() };
		hub.blobs = join(folder(), 'blobs');
	});
	afterEach(async () => {
		await hub.stop();
		rmSync(home, { recursive: true });
	});
	const folder = () => join(home, 'hub', `models--${ID.replaceAll('/', '--')}`);
	const snapshot = () => join(folder(), 'snapshots', COMMIT);
	const shard = 'model-00001-of-00002.safetensors';
	const expectWeights = () => {
		for (const name of Object.keys(files).filter((path) => path.endsWith('.safetensors'))) {
			expect(readFileSync(join(snapshot(), name)).equals(files[name]!)).toBe(true);
		}
	};
	const program = (name: string) => {
		const script = fileURLToPath(new URL('../locate-model.ts', import.meta.url));
		const code = `const { locateModel } = await import(${JSON.stringify(script)}); console.log((await locateModel(${JSON.stringify(name)})).path)`;
		return ['--conditions=source', '--import', 'tsx', '--input-type=module', '-e', code];
	};
	const childEnv = () => ({ ...process.env, ...env });

	it('comes as a checkpoint: configuration, tokenizer and all shards, and nothing else', async () => {
		const seen: string[] = [];
		const onDownload = (file: string, done: number, total: number) => done === total && seen.push(file);
		const located = await locateModel(ID, { env, onDownload });
		const name = 'Meta-Llama-3-8B-Instruct';
		expect(located).toEqual({ kind: 'checkpoint', path: snapshot(), name, sourceName: ID });
		expect(readdirSync(snapshot()).sort()).toEqual(
			Object.keys(files)
				.filter((path) => /^[^/]*\.(json|safetensors)$/.test(path))
				.sort(),
		);
		expectWeights();
		expect(seen).toContain(shard);
	});

	it('is what a name of the registry stands for, and is used from the cache without asking again', async () => {
		const located = await locateModel('llama3', { env });
		expect(located).toEqual({ kind: 'checkpoint', path: snapshot(), name: 'llama3', sourceName: ID });
		const before = hub.requests.length;
		expect(await locateModel('llama3', { env })).toEqual(located);
		expect(await locateModel('llama3', { env: { ...env, HF_HUB_OFFLINE: '1' } })).toEqual(located);
		expect(hub.requests.length).toBe(before);
		unlinkSync(join(snapshot(), shard));
		expect(await locateModel('llama3', { env })).toEqual(located);
		expect(existsSync(join(snapshot(), shard))).toBe(true);
	});

	it("is built, and has PyTorch's logits", async () => {
		const notes: string[] = [];
		const built = { ...env, STEERING_QUANT: 'none' };
		const model = await HookedModel.load(
			await resolveModel('llama3', { env: built, onNote: (note) => notes.push(note) }),
		);
		expect([model.info.name, notes]).toEqual(['llama3', []]);
		const { prompts } = readJson<ApplyFixture>('fixtures/tiny/apply/apply.json');
		const reference = await tensorsOf('fixtures/tiny/apply/unsteered.safetensors');
		const logits = await model.forward(
			prompts.map(({ full_ids }) => ({ ids: full_ids })),
			'all',
		);
		for (const [p, row] of logits.entries()) {
			expect(largestDifference(row, numbers(reference, `logits.p${p}`))).toBeLessThan(1e-4);
		}
		await model.release();
		expect(readdirSync(join(home, 'steering/built'))).toEqual([
			expect.stringMatching(/^Meta-Llama-3-8B-Instruct-none-/),
		]);
	});

	it('of a revision is that commit; of an unknown one there is no model', async () => {
		hub.revisions = ['main', 'v1.0'];
		const name = 'Meta-Llama-3-8B-Instruct@v1.0';
		expect(await locateModel(`${ID}@v1.0`, { env })).toMatchObject({ path: snapshot(), name });
		expect(readFileSync(join(folder(), 'refs/v1.0'), 'utf8')).toBe(COMMIT);
		expect(await locateModel(`${ID}@${COMMIT}`, { env: { ...env, HF_ENDPOINT: 'http://127.0.0.1:9' } })).toMatchObject({
			path: snapshot(),
		});
		await expect(locateModel(`${ID}@v2`, { env })).rejects.toMatchObject({
			...{ code: 'ERR_MISSING_INPUT', message: expect.stringContaining(`there is no model ${ID}@v2`) },
		});
	});

	it('a GGUF file of it comes alone, is built, and runs', async () => {
		const model = await HookedModel.load(await resolveModel(`${ID}/gguf/tiny.F32.gguf`, { env }), { threads: 1 });
		expect(model.info).toMatchObject({ name: 'tiny.F32', layers: 4, width: 64 });
		const ids = model.tokenizer.encodeChat([{ role: 'user', content: 'Hi' }]);
		expect((await model.forward([{ ids }]))[0]).toHaveLength(512);
		await model.release();
		expect(readdirSync(snapshot())).toEqual(['gguf']);
		expect(readdirSync(join(home, 'steering/built'))).toEqual([expect.stringMatching(/^tiny\.F32-auto-/)]);
	});

	it('goes on after kill -9, with the bytes that are there', async () => {
		hub.stallAfter = [150_000];
		const child = spawn(process.execPath, program(ID), { env: childEnv(), stdio: 'ignore' });
		const partial = join(folder(), 'blobs', `${sha256(files[shard]!)}.incomplete`);
		await expect.poll(() => statSync(partial, { throwIfNoEntry: false })?.size, { timeout: 30_000 }).toBe(150_000);
		child.kill('SIGKILL');
		await once(child, 'exit');
		expect(existsSync(join(folder(), 'refs'))).toBe(false);
		expect(await locateModel(ID, { env })).toMatchObject({ path: snapshot() });
		expect(hub.downloads(shard)).toEqual([undefined, 'bytes=150000-']);
		expectWeights();
		expect(readdirSync(join(folder(), 'blobs')).filter((name) => !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name))).toEqual(
			[],
		);
	});

	it('is downloaded once by several processes at once', async () => {
		const run = () => promisify(execFile)(process.execPath, program(ID), { env: childEnv() });
		for (const { stdout } of await Promise.all([run(), run()])) expect(stdout.trim()).toBe(snapshot());
		for (const path of Object.keys(files).filter((path) => path.endsWith('.safetensors'))) {
			expect(hub.downloads(path)).toEqual([undefined]);
		}
	});

	it('with a shard of another hash is refused, the shard deleted', async () => {
		hub.served[shard] = Buffer.from(files[shard]!).fill('x', 5, 6);
		await expect(locateModel(ID, { env })).rejects.toMatchObject({
			code: 'ERR_NETWORK',
			message: expect.stringMatching(/00001-of-00002\.safetensors: what came is not the file: hash/),
		});
		const left = readdirSync(join(folder(), 'blobs'));
		expect(left.filter((name) => name.startsWith(sha256(files[shard]!)))).toEqual([]);
	});

	it('that the disk has no room for is not begun', async () => {
		hub.sizes[shard] = 9e15;
		await expect(locateModel(ID, { env })).rejects.toMatchObject({
			code: 'ERR_FAILED',
			message: expect.stringMatching(/^9000000\.0 GB do not fit into .*: [\d.]+ GB are free, and 0\.5 GB stay so$/),
		});
		expect(hub.downloads('model-00002-of-00002.safetensors')).toEqual([]);
	});

	describe('behind a licence', () => {
		beforeEach(() => {
			hub.requiredToken = TOKEN;
		});

		it('comes with the token of an account that accepted it', async () => {
			const located = await locateModel('llama3', { env: { ...env, HF_TOKEN: TOKEN } });
			expect(located).toMatchObject({ path: snapshot() });
		});

		it.each([
			['without a token', undefined, 401, 'set HF_TOKEN'],
			['with the token of another account', 'hf_other', 403, 'with the account of HF_TOKEN'],
		])('%s says what is missing and how to do without', async (_, token, status, missing) => {
			const error = await locateModel('llama3', { env: { ...env, HF_TOKEN: token } }).catch((reason) => reason);
			expect(error).toMatchObject({
				code: 'ERR_MISSING_INPUT',
				message: `${hub.url} does not give out llama3 (${ID}) (${status})`,
				hint: expect.stringContaining(`accept its licence at ${hub.url}/${ID}`),
			});
			expect(error.hint).toContain(missing);
			expect(error.hint).toContain('STEERING_MODEL_LLAMA3=PATH');
			expect(`${error.message}${error.hint}`).not.toContain('hf_other');
		});
	});

	it('that cannot be reached says so, and how to do without', async () => {
		const error = await locateModel('llama31', { env: { ...env, HF_ENDPOINT: 'http://127.0.0.1:9' } }).catch((e) => e);
		expect(error).toMatchObject({
			code: 'ERR_NETWORK',
			message: expect.stringContaining('cannot get llama31 (meta-llama/'),
		});
		for (const part of ['check the connection', 'set HF_TOKEN', '--model PATH', 'STEERING_MODEL_LLAMA31=PATH']) {
			expect(error.hint).toContain(part);
		}
	});

	it('without usable weights says what there is', async () => {
		await hub.stop();
		hub = new LocalHub({ id: ID, files: { 'a.gguf': Buffer.from('x'), 'pytorch_model.bin': Buffer.from('y') } });
		const HF_ENDPOINT = await hub.start();
		await expect(locateModel(ID, { env: { ...env, HF_ENDPOINT } })).rejects.toMatchObject({
			message: `${ID} has no ONNX file and no safetensors on the hub`,
			hint: `name one of its 1 GGUF files, as ${ID}/a.gguf`,
		});
	});
});
