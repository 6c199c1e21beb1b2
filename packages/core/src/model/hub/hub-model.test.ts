import { execFile } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMIT, gitHash, LocalHub, sha256 } from '../../../test/local-hub.js';
import { resolveModel } from '../source.js';

/** The smallest graph that keeps a weight in another file. */
function graphWith(location: string): Buffer {
	const pair = (key: string, value: string) =>
		new BinaryWriter().tag(1, 2).string(key).tag(2, 2).string(value).finish();
	const tensor = new BinaryWriter()
		.tag(1, 0)
		.int64(4)
		.tag(2, 0)
		.int32(1)
		.tag(8, 2)
		.string('w')
		.tag(13, 2)
		.bytes(pair('location', location))
		.tag(13, 2)
		.bytes(pair('length', '16'))
		.tag(14, 0)
		.int32(1)
		.finish();
	const node = new BinaryWriter().tag(1, 2).string('w').tag(2, 2).string('y').tag(4, 2).string('Identity').finish();
	const graph = new BinaryWriter().tag(1, 2).bytes(node).tag(5, 2).bytes(tensor).finish();
	return Buffer.from(new BinaryWriter().tag(7, 2).bytes(graph).finish());
}

const WEIGHTS = Buffer.alloc(300_000, 'weights ');
const files: Record<string, Buffer> = {
	'README.md': Buffer.from('# A model'),
	'config.json': Buffer.from('{"num_hidden_layers":2}'),
	'tokenizer.json': Buffer.from('{}'),
	'tokenizer_config.json': Buffer.from('{}'),
	'onnx/model.onnx': graphWith('model.onnx_data'),
	'onnx/model.onnx_data': WEIGHTS,
	'onnx/model_q4.onnx': graphWith('model_q4.onnx_data'),
	'onnx/model_q4.onnx_data': Buffer.from('sixteen bytes   '),
	'onnx/model_fp16.onnx': graphWith('../../outside'),
};
describe('hubModel', () => {
	let hub: LocalHub;
	let home: string;
	let env: NodeJS.ProcessEnv;
	beforeEach(async () => {
		hub = new LocalHub({ id: 'org/model', files, large: /\.onnx/ });
		home = realpathSync(mkdtempSync(join(tmpdir(), 'hf-home-')));
		env = { HF_HOME: home, HF_ENDPOINT: await hub.start() };
		hub.blobs = join(repository(), 'blobs');
	});
	afterEach(async () => {
		await hub.stop();
		rmSync(home, { recursive: true });
	});
	const repository = () => join(home, 'hub/models--org--model');
	const snapshot = () => join(repository(), 'snapshots', COMMIT);

	it('brings the graph, its weights, tokenizer and configuration into the cache, and nothing else', async () => {
		const seen: number[] = [];
		const onDownload = (file: string, done: number) => file.endsWith('_data') && seen.push(done);
		const model = await resolveModel('org/model', { env, onDownload });
		expect(model).toMatchObject({ name: 'model', config: { num_hidden_layers: 2 }, tokenizerFolder: snapshot() });
		expect(model.onnxPath).toBe(join(snapshot(), 'onnx/model.onnx'));
		expect(model.onnxRealPath).toBe(join(repository(), 'blobs', sha256(files['onnx/model.onnx']!)));
		expect(readFileSync(join(snapshot(), 'onnx/model.onnx_data'))).toEqual(WEIGHTS);
		expect(seen.at(-1)).toBe(WEIGHTS.length);
		expect(readdirSync(snapshot()).sort()).toEqual(['config.json', 'onnx', 'tokenizer.json', 'tokenizer_config.json']);
		expect(readdirSync(join(snapshot(), 'onnx')).sort()).toEqual(['model.onnx', 'model.onnx_data']);
		expect(readFileSync(join(repository(), 'refs/main'), 'utf8')).toBe(COMMIT);
		expect(lstatSync(join(snapshot(), 'config.json')).isSymbolicLink()).toBe(true);
		// Blobs are named as Python names them, so that both share one cache; no lock or half file stays.
		const hashes = [...readdirSync(join(repository(), 'blobs'))].sort();
		const wanted = ['config.json', 'tokenizer.json', 'onnx/model.onnx', 'onnx/model.onnx_data'].map((path) =>
			hub.isLarge(path) ? sha256(files[path]!) : gitHash(files[path]!),
		);
		expect(hashes).toEqual([...new Set(wanted)].sort());
	});

	it('one named file: another graph of the repository, and no request when it is cached', async () => {
		const name = 'org/model/onnx/model_q4.onnx';
		expect((await resolveModel(name, { env })).onnxPath).toBe(join(snapshot(), 'onnx/model_q4.onnx'));
		const before = hub.requests.length;
		await resolveModel(name, { env });
		expect(hub.requests.length).toBe(before);
		rmSync(join(snapshot(), 'onnx/model_q4.onnx_data'));
		await resolveModel(name, { env });
		expect(existsSync(join(snapshot(), 'onnx/model_q4.onnx_data'))).toBe(true);
	});

	it('goes on where a broken connection left off', async () => {
		hub.breakAfter = [100_000, 50_000];
		await resolveModel('org/model', { env });
		const ranges = hub.downloads('onnx/model.onnx_data');
		expect(ranges).toEqual([undefined, 'bytes=100000-', 'bytes=150000-']);
		expect(readFileSync(join(snapshot(), 'onnx/model.onnx_data'))).toEqual(WEIGHTS);
	});

	it('goes on where an earlier process was stopped', async () => {
		const stop = new AbortController();
		hub.breakAfter = [100_000];
		const onDownload = (file: string) => file.endsWith('_data') && stop.abort();
		await expect(resolveModel('org/model', { env, onDownload, signal: stop.signal })).rejects.toMatchObject({
			code: 'ERR_ABORTED',
		});
		expect(existsSync(join(repository(), 'refs/main'))).toBe(false);
		await resolveModel('org/model', { env });
		expect(hub.downloads('onnx/model.onnx_data').at(-1)).toMatch(/^bytes=[1-9]\d+-$/);
	});

	it('refuses a file with another hash, and keeps nothing of it', async () => {
		hub.served['onnx/model.onnx_data'] = Buffer.from(WEIGHTS).fill('x', 5, 6);
		await expect(resolveModel('org/model', { env })).rejects.toMatchObject({
			code: 'ERR_NETWORK',
			message: expect.stringMatching(/^cannot download .*model\.onnx_data: what came is not the file/),
			hint: expect.stringContaining('--model PATH'),
		});
		const blobs = readdirSync(join(repository(), 'blobs'));
		expect(blobs.filter((name) => name.startsWith(sha256(WEIGHTS)))).toEqual([]);
	});

	it('several processes at once download each file once', async () => {
		const script = fileURLToPath(new URL('../source.ts', import.meta.url));
		const code = `const { resolveModel } = await import(${JSON.stringify(script)}); console.log((await resolveModel('org/model')).onnxPath)`;
		const run = () =>
			promisify(execFile)(
				process.execPath,
				['--conditions=source', '--import', 'tsx', '--input-type=module', '-e', code],
				{
					env: { ...process.env, ...env },
				},
			);
		const results = await Promise.all([run(), run(), run()]);
		for (const { stdout } of results) expect(stdout.trim()).toBe(join(snapshot(), 'onnx/model.onnx'));
		expect(hub.downloads('onnx/model.onnx_data')).toHaveLength(1);
	});

	it('sends the token to the hub', async () => {
		await resolveModel('org/model', { env: { ...env, HF_TOKEN: 'hf_secret' } });
		const [first] = hub.requests;
		expect(first?.token).toBe('Bearer hf_secret');
	});

	it('offline: the cache, or what to do without', async () => {
		const offline = { ...env, HF_HUB_OFFLINE: '1' };
		await expect(resolveModel('org/model', { env: offline })).rejects.toMatchObject({
			code: 'ERR_MISSING_INPUT',
			message: expect.stringContaining('HF_HUB_OFFLINE'),
			hint: expect.stringContaining('--model PATH'),
		});
		expect(hub.requests).toEqual([]);
		await resolveModel('org/model', { env });
		const before = hub.requests.length;
		expect((await resolveModel('org/model', { env: offline })).onnxPath).toContain(COMMIT);
		expect(hub.requests.length).toBe(before);
	});

	it('unreachable: the cache, or what to do without', async () => {
		const down = { ...env, HF_ENDPOINT: 'http://127.0.0.1:9' };
		await expect(resolveModel('org/model', { env: down })).rejects.toMatchObject({
			code: 'ERR_NETWORK',
			message: expect.stringMatching(/^cannot get org\/model from http:\/\/127\.0\.0\.1:9: \S.*$/),
			hint: expect.stringContaining('--model PATH'),
		});
		await resolveModel('org/model', { env });
		expect((await resolveModel('org/model', { env: down })).onnxPath).toContain(COMMIT);
	});

	it.each([
		[404, 'ERR_MISSING_INPUT', /^there is no model org\/model, neither as a folder nor at http/],
		[401, 'ERR_MISSING_INPUT', /does not give out org\/model \(401\)/],
		[403, 'ERR_MISSING_INPUT', /does not give out org\/model \(403\)/],
		[500, 'ERR_NETWORK', /^cannot get org\/model from http.*500/],
	])('status %i: one line', async (status, code, message) => {
		hub.status = status;
		const error = await resolveModel('org/model', { env }).catch((reason) => reason);
		expect(error).toMatchObject({
			code,
			message: expect.stringMatching(message),
			hint: expect.stringContaining('--model'),
		});
		expect(error.message).not.toContain('\n');
	});

	it('says that a repository lacks the file, and does not follow weights out of it', async () => {
		await expect(resolveModel('org/model/onnx/model_int8.onnx', { env })).rejects.toThrow(
			/^org\/model has no onnx\/model_int8\.onnx on the hub$/,
		);
		await resolveModel('org/model/onnx/model_fp16.onnx', { env });
		expect(hub.requests.map(({ url }) => basename(url))).not.toContain('outside');
	});
});
