import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelLabel } from '../settings/index.js';
import { resolveModel } from './source.js';

const shared = fileURLToPath(new URL('../../../../../shared/', import.meta.url));
const needsShared = existsSync(shared) ? '' : ' (skipped: no shared/ beside the repository)';

describe('resolveModel', () => {
	let root: string;
	beforeEach(() => {
		root = realpathSync(mkdtempSync(join(tmpdir(), 'models-')));
	});
	afterEach(() => rmSync(root, { recursive: true }));
	const put = (file: string, contents = '{}') => {
		mkdirSync(dirname(join(root, file)), { recursive: true });
		writeFileSync(join(root, file), contents);
	};
	const resolveIn = (folder: string) => resolveModel(join(root, folder), { env: {} });

	it('a folder with everything in it', async () => {
		put('m/model.onnx');
		put('m/tokenizer.json');
		put('m/config.json', '{"num_hidden_layers":4}');
		put('m/generation_config.json', '{"temperature":0.6,"top_p":0.9,"eos_token_id":[1,2]}');
		expect(await resolveIn('m')).toEqual({
			name: 'm',
			folder: join(root, 'm'),
			onnxPath: join(root, 'm/model.onnx'),
			onnxRealPath: join(root, 'm/model.onnx'),
			tokenizerFolder: join(root, 'm'),
			config: { num_hidden_layers: 4 },
			generationConfig: { temperature: 0.6, top_p: 0.9, eos_token_id: [1, 2] },
		});
	});

	it("optimum's layout: the graph one folder below the tokenizer", async () => {
		put('m/onnx/model_quantized.onnx');
		put('m/onnx/model_q4.onnx');
		put('m/tokenizer.json');
		put('m/config.json');
		const files = await resolveIn('m');
		expect(files).toMatchObject({
			name: 'm',
			folder: join(root, 'm/onnx'),
			tokenizerFolder: join(root, 'm'),
			config: {},
		});
		expect(files.onnxPath).toBe(join(root, 'm/onnx/model_q4.onnx'));
		expect(files.generationConfig).toBeNull();
	});

	it('prefers what genai_config.json names, then full precision', async () => {
		put('m/tokenizer.json');
		put('m/onnx/model_q4.onnx');
		put('m/onnx/model.onnx');
		expect((await resolveIn('m')).onnxPath).toBe(join(root, 'm/onnx/model.onnx'));
		put('m/model_q4.onnx');
		expect((await resolveIn('m')).onnxPath).toBe(join(root, 'm/model_q4.onnx'));
		put('m/decoder.onnx');
		put('m/genai_config.json', '{"model":{"decoder":{"filename":"decoder.onnx"}}}');
		expect((await resolveIn('m')).onnxPath).toBe(join(root, 'm/decoder.onnx'));
	});

	it('takes one file of several when it is named', async () => {
		put('m/tokenizer.json');
		put('m/model.onnx');
		put('m/model_q4.onnx');
		const files = await resolveIn('m/model_q4.onnx');
		expect(files.onnxPath).toBe(join(root, 'm/model_q4.onnx'));
		expect(files.name).toBe(modelLabel(join(root, 'm/model_q4.onnx')));
	});

	it('sees through the links of a hub cache', async () => {
		put('blobs/abc');
		mkdirSync(join(root, 'snapshots'));
		symlinkSync('../blobs/abc', join(root, 'snapshots/model.onnx'));
		symlinkSync('../blobs/abc', join(root, 'snapshots/tokenizer.json'));
		const files = await resolveIn('snapshots');
		expect([files.onnxPath, files.onnxRealPath]).toEqual([join(root, 'snapshots/model.onnx'), join(root, 'blobs/abc')]);
	});

	it('an environment variable gives a name its folder, and the name stays', async () => {
		put('mine/model.onnx');
		put('mine/tokenizer.json');
		const env = { STEERING_MODEL_LLAMA3: join(root, 'mine') };
		expect(await resolveModel('llama3', { env })).toMatchObject({ name: 'llama3', folder: join(root, 'mine') });
	});

	it('says what is missing', async () => {
		const refused = (model: string) => expect(resolveModel(model, { env: {} })).rejects;
		await refused(join(root, 'nothing')).toMatchObject({
			code: 'ERR_MISSING_INPUT',
			hint: expect.stringContaining('smollm2'),
		});
		await refused('nonsense').toThrow('there is no model nonsense');
		await refused('./some/folder').toThrow('there is no model ./some/folder');
		put('m/config.json');
		await refused(join(root, 'm')).toThrow(/^there is no ONNX file .*, no safetensors and no GGUF file in .*m$/);
		await refused(join(root, 'm/config.json')).toThrow(/is neither an ONNX file nor a GGUF file$/);
		await refused('models/m.gguf').toThrow('there is no model models/m.gguf');
		put('two/a.gguf');
		put('two/b.gguf');
		await refused(join(root, 'two')).toMatchObject({ code: 'ERR_USAGE', hint: expect.stringContaining('two/a.gguf') });
		put('m/genai_config.json', '{"model":{"decoder":{"filename":"decoder.onnx"}}}');
		await refused(join(root, 'm')).toThrow(/^there is no decoder\.onnx in /);
		put('m/decoder.onnx');
		await refused(join(root, 'm')).toThrow(/^no tokenizer\.json in /);
		put('m/tokenizer.json');
		put('m/generation_config.json', '{"top_k":"all"}');
		await refused(join(root, 'm')).toMatchObject({
			code: 'ERR_BAD_FILE',
			message: expect.stringMatching(/generation_config\.json, top_k: /),
		});
	});

	it.skipIf(needsShared)(`the model folders of shared/${needsShared}`, async () => {
		for (const folder of ['models/smollm2-135m-int4', 'fixtures/tiny/onnx-optimum', 'fixtures/tiny/onnx-genai']) {
			const files = await resolveModel(join(shared, folder));
			expect(files.onnxPath).toBe(join(shared, folder, 'model.onnx'));
			expect(files.config?.num_hidden_layers).toBeGreaterThan(3);
		}
	});
});
