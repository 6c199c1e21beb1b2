import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readSafetensors, writeSafetensors } from '@steering/core/artifacts';
import {
	notesOf,
	provenanceOf,
	readControlVectors,
	readPtActivations,
	readPtEraser,
	readPtVector,
	writeControlVectors,
	writePtEraser,
	writePtVector,
} from '@steering/core/interchange';
import { HookedModel } from '@steering/core/model';
import { type Provenance, readVector, requireSource, writeActivations, writeVector } from '@steering/core/vectors';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ConvertOptions, convert } from './index.js';

const shared = fileURLToPath(new URL('../../../../shared/fixtures/', import.meta.url));
const tiny = join(shared, 'tiny/onnx-optimum');
const needsShared = existsSync(shared) ? '' : ' (skipped: no shared/ beside the repository)';

let folder: string;
let organism: HookedModel['info'];
beforeAll(async () => {
	organism = (await HookedModel.load('organism')).info;
});
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'convert-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const run = (input: string | string[], output: string, more: Partial<ConvertOptions> = {}) =>
	convert({ inputs: [input].flat().map(at), output: at(output), ...more });
const same = (a: string, b: string) => readFileSync(at(a)).equals(readFileSync(at(b)));
const values = (width: number, layer: number) =>
	Float32Array.from({ length: width }, (_, i) => Math.sin(i + 7 * layer));

function provenance(layer: number, more: Partial<Provenance> = {}): Provenance {
	const place = { hookPoint: `${layer}.resid_post`, layer };
	const data = { dataset: 'prompts', behavior: '', examples: 'abc', positives: 2, negatives: 3 };
	const model = { model: 'organism', fingerprint: organism.fingerprint, precision: 'exact' };
	return { ...model, ...place, ...data, readout: 'last', version: '0.1.0', ...more };
}

const vecName = (layer: number | 'all', ending = 'safetensors') => `vec_Morganism_Dprompts_L${layer}.${ending}`;

async function makeVectors(...layers: number[]): Promise<void> {
	for (const layer of layers) {
		const vector = values(organism.width, layer);
		await writeVector(at(vecName(layer)), { vector, provenance: provenance(layer) });
	}
}

describe('there and back, to the byte', () => {
	it('vectors through .pt', async () => {
		await makeVectors(2);
		await run(vecName(2), 'a.pt');
		expect((await readPtVector(at('a.pt'))).tensor.data).toEqual(values(organism.width, 2));
		await run('a.pt', 'back.safetensors');
		expect(same(vecName(2), 'back.safetensors')).toBe(true);
	});

	it('vectors of many layers through a control vector', async () => {
		await makeVectors(0, 1, 2, 3);
		await run(vecName('all'), 'a.gguf', { layers: [1, 2, 3] });
		const { directions, modelHint } = await readControlVectors(at('a.gguf'));
		expect(modelHint).toBe('organism');
		// A direction has the number of the layer after which it is added.
		expect([...directions]).toEqual([1, 2, 3].map((layer) => [layer, values(organism.width, layer)]));
		await run('a.gguf', 'back_Lall.safetensors');
		for (const layer of [1, 2, 3]) expect(same(vecName(layer), `back_L${layer}.safetensors`)).toBe(true);
		await run(
			[1, 2, 3].map((layer) => `back_L${layer}.safetensors`),
			'again.gguf',
		);
		expect(same('a.gguf', 'again.gguf')).toBe(true);
		await run('a.gguf', 'b_Lall.pt', { layers: [3] });
		expect(readdirSync(folder)).toContain('b_L3.pt');
	});

	it('activations, and an eraser with or without its bias', async () => {
		const activations = { data: values(6, 0), rows: 2, width: 3 };
		await writeActivations(at('acts.safetensors'), activations, provenance(1));
		await run('acts.safetensors', 'acts.pt');
		expect((await readPtActivations(at('acts.pt'))).activations).toEqual(activations);
		await run('acts.pt', 'acts2.safetensors');
		expect(same('acts.safetensors', 'acts2.safetensors')).toBe(true);
		const f64 = (...shape: number[]) => ({ dtype: 'F64' as const, shape, data: Float64Array.of(1 / 3, 2, 3) });
		for (const bias of [f64(3), null]) {
			const eraser = { projLeft: f64(3, 1), projRight: f64(1, 3), bias };
			await writePtEraser(at('e.pt'), eraser, notesOf(provenance(1)));
			await run('e.pt', 'e.safetensors', { overwrite: true });
			await run('e.safetensors', 'e2.pt', { overwrite: true });
			expect(same('e.pt', 'e2.pt')).toBe(true);
			expect((await readPtEraser(at('e2.pt'))).bias).toEqual(bias?.data ?? null);
		}
	});
});

describe('files of other tools', () => {
	it.skipIf(needsShared)(`the Python tool's vector steers the model it is given for${needsShared}`, async () => {
		const input = join(shared, 'pt/vec_Mllama3_Dprompts_L2.pt');
		const output = at(vecName(2));
		await convert({ inputs: [input], output, model: tiny });
		const file = await readVector(output);
		expect(file.provenance).toMatchObject({ hookPoint: '2.resid_post', layer: 2, dataset: 'prompts', behavior: '' });
		expect(file.vector).toEqual((await readPtVector(input)).tensor.data);
		const { fingerprint, width, name } = (await HookedModel.load(tiny)).info;
		const wanted = { model: name, fingerprint, width, hookPoint: '2.resid_post' };
		const made = { path: output, provenance: file.provenance };
		expect(() => requireSource(made, file.vector.length, wanted)).not.toThrow();
		expect(() => requireSource(made, file.vector.length, { ...wanted, fingerprint: 'x' })).toThrow('another model');
	});

	it.skipIf(needsShared)(`float64 stays float64, and is only rounded when asked${needsShared}`, async () => {
		const inputs = [join(shared, 'pt/vec_Mllama3_Dab_Glog_L2.pt')];
		const { tensor } = await readPtVector(inputs[0]!);
		await convert({ inputs, output: at('log.safetensors'), model: tiny });
		expect((await readSafetensors(at('log.safetensors'))).tensors.get('vec')).toEqual(tensor);
		await expect(convert({ inputs, output: at('log.gguf') })).rejects.toMatchObject({
			code: 'ERR_USAGE',
			hint: expect.stringContaining('--float32'),
		});
		await convert({ inputs, output: at('log.gguf'), round: true });
		const { directions, modelHint } = await readControlVectors(at('log.gguf'));
		expect(modelHint).toBe('llama3');
		expect(directions.get(2)).toEqual(Float32Array.from(tensor.data as Float64Array));
	});

	it.skipIf(needsShared)(`its eraser and activations${needsShared}`, async () => {
		for (const name of ['eraser_Mllama3_Dab_Glog_L2', 'acts_Mllama3_Dprompts_L2_P+']) {
			const inputs = [join(shared, `pt/${name}.pt`)];
			await convert({ inputs, output: at(`${name}.safetensors`), model: tiny });
			const { tensors, metadata } = await readSafetensors(at(`${name}.safetensors`));
			expect(provenanceOf(metadata)).toMatchObject({ layer: 2, hookPoint: '2.resid_post' });
			expect([...tensors].map(([key, { shape }]) => [key, ...shape])).toEqual(
				name.startsWith('acts')
					? [['acts', 12, 64]]
					: [
							['bias', 64],
							['proj_left', 64, 1],
							['proj_right', 1, 64],
						],
			);
		}
	});

	it("repeng's control vector becomes vectors that steer", async () => {
		const directions = new Map([2, 1].map((layer) => [layer, values(organism.width, layer)]));
		await writeControlVectors(at('honest.gguf'), { directions, modelHint: 'mistral', notes: {} });
		const written = await run('honest.gguf', vecName('all'), { model: 'organism' });
		expect(written).toEqual([at(vecName(1)), at(vecName(2))]);
		const { vector, provenance: made } = await readVector(written[1]!);
		expect(vector).toEqual(values(organism.width, 2));
		expect(made).toMatchObject({ fingerprint: organism.fingerprint, hookPoint: '2.resid_post', dataset: 'prompts' });
		await run(vecName(2), 'one.gguf');
		expect((await readControlVectors(at('one.gguf'))).directions.get(2)).toEqual(vector);
	});

	it('a file that says nothing of itself needs a model and a layer', async () => {
		const tensor = { dtype: 'F32' as const, shape: [organism.width], data: values(organism.width, 1) };
		await writePtVector(at('v.pt'), tensor, {});
		const refused = (hint: string) => ({ code: 'ERR_USAGE', hint: expect.stringContaining(hint) });
		await expect(run('v.pt', 'v.safetensors')).rejects.toMatchObject(refused('--model'));
		await expect(run('v.pt', 'v.safetensors', { model: 'organism' })).rejects.toMatchObject(refused('--layer'));
		await expect(run('v.pt', 'v.gguf')).rejects.toMatchObject(refused('--layer'));
		await run('v.pt', 'v.safetensors', { model: 'organism', layers: [1] });
		expect((await readVector(at('v.safetensors'))).provenance).toMatchObject({ layer: 1, dataset: 'unknown' });
		await run('v.pt', vecName(1), { model: 'organism' });
		expect((await readVector(at(vecName(1)))).provenance).toMatchObject({ layer: 1, dataset: 'prompts' });
	});
});

describe('what does not fit is refused, and nothing is written', () => {
	const tensor = { dtype: 'F32' as const, shape: [3], data: Float32Array.of(1, 2, 3) };

	beforeEach(async () => {
		await makeVectors(0, 1, 2);
		const { vector } = await readVector(at(vecName(1)));
		await writeVector(at('res.safetensors'), { vector, provenance: provenance(3, { hookPoint: '1.mlp_out' }) });
		await writeVector(at('other.safetensors'), { vector, provenance: provenance(3, { examples: 'other' }) });
		await writeActivations(at('acts.safetensors'), { data: values(6, 0), rows: 2, width: 3 }, provenance(1));
		const two = { proj_left: { ...tensor, shape: [3, 1] }, proj_right: { ...tensor, shape: [1, 3] } };
		await writeSafetensors(at('eraser.safetensors'), two, notesOf(provenance(1)));
		await writeSafetensors(at('weights.safetensors'), { 'lm_head.weight': tensor });
		await writePtVector(at('narrow.pt'), tensor, {});
		await writePtVector(at('wide.pt'), { dtype: 'F32', shape: [vector.length], data: vector }, {});
	});

	it.each<[string, string | string[], string, Partial<ConvertOptions>, string, string]>([
		['an eraser as a control vector', 'eraser.safetensors', 'x.gguf', {}, 'ERR_USAGE', 'an eraser'],
		['activations as a control vector', 'acts.safetensors', 'x.gguf', {}, 'ERR_USAGE', 'activations'],
		['a sub-layer as a control vector', 'res.safetensors', 'x.gguf', {}, 'ERR_USAGE', 'sub-layer'],
		['layer 0 as a control vector', vecName('all'), 'x.gguf', {}, 'ERR_USAGE', 'cannot hold layer 0'],
		['a layer twice', [vecName(1), vecName(1)], 'x.gguf', {}, 'ERR_USAGE', 'second vector of layer 1'],
		['vectors of other data', [vecName(1), 'other.safetensors'], 'x.gguf', {}, 'ERR_MISMATCH', 'not made together'],
		['many vectors in one file', vecName('all'), 'x.pt', {}, 'ERR_USAGE', '3 vectors do not go into'],
		['two files of one name', [vecName(1), vecName(1)], 'x_Lall.pt', {}, 'ERR_USAGE', 'two inputs would become'],
		['a layer that is not there', vecName('all'), 'x_Lall.pt', { layers: [1, 7] }, 'ERR_MISSING_INPUT', '--layer 7'],
		['a name of another layer', vecName(1), vecName(2, 'pt'), {}, 'ERR_USAGE', 'is of layer 1'],
		['another width', 'narrow.pt', 'x.safetensors', { model: 'organism', layers: [1] }, 'ERR_MISMATCH', '3 wide'],
		['a layer past the end', 'wide.pt', 'x.safetensors', { model: 'organism', layers: [99] }, 'ERR_USAGE', '99'],
		['other tensors', 'weights.safetensors', 'x.pt', {}, 'ERR_BAD_FILE', 'lm_head.weight'],
		['another ending', vecName(1), 'x.bin', {}, 'ERR_USAGE', 'no format is known'],
		['a file that is not there', 'none.pt', 'x.gguf', {}, 'ERR_MISSING_INPUT', 'none.pt'],
		['layers of which none is there', 'none_Lall.pt', 'x.gguf', {}, 'ERR_MISSING_INPUT', 'none_L0.pt'],
		['rounding where nothing is rounded', vecName(1), 'x.safetensors', { round: true }, 'ERR_USAGE', '--float32'],
		['another width, to .pt', 'narrow.pt', 'x.pt', { model: 'organism', layers: [1] }, 'ERR_MISMATCH', '3 wide'],
		['another width, to .gguf', 'narrow.pt', 'x.gguf', { model: 'organism', layers: [1] }, 'ERR_MISMATCH', '3 wide'],
		['what is there already', vecName(1), vecName(1), {}, 'ERR_USAGE', 'is there already'],
	])('%s', async (_, input, output, options, code, message) => {
		const before = readdirSync(folder);
		const error = await run(input, output, options).catch((caught) => caught);
		expect(error).toMatchObject({ code });
		expect(error.message).toContain(message);
		expect(readdirSync(folder)).toEqual(before);
	});

	it.skipIf(needsShared)(`a vector of another model than the one given${needsShared}`, async () => {
		for (const output of ['x.safetensors', 'x.pt', 'x.gguf']) {
			await expect(run(vecName(1), output, { model: tiny })).rejects.toMatchObject({
				code: 'ERR_MISMATCH',
				message: expect.stringContaining('was made with another model (organism)'),
			});
		}
		expect(readdirSync(folder).filter((name) => name.startsWith('x'))).toEqual([]);
	});

	it('layers that are missing between others, unless the others are asked for', async () => {
		await makeVectors(3, 5);
		rmSync(at(vecName(0)));
		rmSync(at(vecName(1)));
		await expect(run(vecName('all'), 'x_Lall.pt')).rejects.toMatchObject({
			code: 'ERR_MISSING_INPUT',
			message: `${at(vecName('all'))} stands for all layers, ${at(vecName(0))} is missing (of layers 0-1,4)`,
			hint: 'make it, or take those that are there with --layer 2-3,5',
		});
		expect(await run(vecName('all'), 'x_Lall.pt', { layers: [2, 3, 5] })).toHaveLength(3);
		await expect(run(vecName('all'), 'y_Lall.pt', { layers: [1, 2] })).rejects.toMatchObject({
			code: 'ERR_MISSING_INPUT',
			message: expect.stringContaining('--layer 1'),
		});
	});
});

describe('a model that is named', () => {
	it('is recorded in every format, and the way from a control vector through .pt leads to vectors that steer', async () => {
		const directions = new Map([1, 2].map((layer) => [layer, values(organism.width, layer)]));
		await writeControlVectors(at('h.gguf'), { directions, modelHint: 'llama', notes: {} });
		await run('h.gguf', 'b_Lall.pt', { model: 'organism' });
		const { fingerprint } = organism;
		expect(provenanceOf((await readPtVector(at('b_L2.pt'))).notes)).toMatchObject({ fingerprint, layer: 2 });
		await run('b_Lall.pt', 'c_Lall.safetensors', { layers: [1, 2] });
		expect((await readVector(at('c_L2.safetensors'))).provenance).toMatchObject({ fingerprint, layer: 2 });
		// Without a model, .pt files of any name say their layer by it alone.
		await run('h.gguf', 'd_Lall.pt');
		await run('d_Lall.pt', 'e_Lall.safetensors', { layers: [1, 2], model: 'organism' });
		expect((await readVector(at('e_L1.safetensors'))).provenance).toMatchObject({ layer: 1 });
		await run('h.gguf', 'known.gguf', { model: 'organism' });
		expect((await readControlVectors(at('known.gguf'))).notes).toMatchObject({ fingerprint });
	});
});

describe('the command', () => {
	const runner = fileURLToPath(new URL('../../../scripts/run.js', import.meta.url));
	const command = (...args: string[]) =>
		promisify(execFile)(process.execPath, [runner, 'convert', ...args], { cwd: folder }).then(
			({ stdout }) => ({ code: 0, stdout, stderr: '' }),
			({ code, stdout, stderr }) => ({ code, stdout, stderr }),
		);

	it('prints what it wrote; errors are one line', async () => {
		await makeVectors(0, 1, 2, 3);
		const json = await command(vecName('all'), 'a.gguf', '--layer', '1-2,3', '--json');
		expect(json).toEqual({ code: 0, stdout: '["a.gguf"]\n', stderr: '' });
		expect([...(await readControlVectors(at('a.gguf'))).directions.keys()]).toEqual([1, 2, 3]);
		const refused = await command('a.gguf', 'a.pt');
		expect(refused).toMatchObject({ code: 2, stdout: '' });
		expect(refused.stderr).toBe(
			'error: 3 vectors do not go into a.pt; ' +
				'choose one with --layer, or name the output …_Lall.pt for a file a layer\n',
		);
		expect(await command('a.gguf')).toMatchObject({ code: 2 });
		expect(await command('a.gguf', 'a.pt', '--layer', '3-1')).toMatchObject({ code: 2 });
	});
});
