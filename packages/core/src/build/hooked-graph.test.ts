import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { architectureFolder } from '../../test/architecture-fixtures.js';
import { HookedModel } from '../model/index.js';
import { InferenceSession } from '../model/onnxruntime.js';
import { interventionInputs, readModel } from '../onnx/index.js';
import { buildModel, HOOKED_GRAPH } from './index.js';

const IDS = [3, 17, 9, 40, 5];

let dir: string;
let source: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'hooked-'));
	source = architectureFolder('qwen3', join(dir, 'qwen3'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Runs a graph by itself, as any program with onnxruntime can: no cache, one row, every input that is not given zero. */
async function run(path: string, given: Record<string, Tensor>): Promise<Float32Array> {
	const session = await InferenceSession.create(path, { logSeverityLevel: 3 });
	const feeds = { ...given };
	const length = IDS.length;
	const sizes: Record<string, number> = { batch_size: 1, sequence_length: length, total_sequence_length: length };
	for (const { name, elemType, shape } of readModel(path).graph.inputs) {
		const dims = shape.map((dim) => (typeof dim === 'number' ? dim : (sizes[dim] ?? (/past/.test(dim) ? 0 : 1))));
		const size = dims.reduce((product, dim) => product * dim, 1);
		feeds[name] ??=
			elemType === 7
				? new Tensor('int64', new BigInt64Array(size).fill(1n), dims)
				: new Tensor('float32', new Float32Array(size), dims);
	}
	feeds.input_ids = new Tensor('int64', BigInt64Array.from(IDS, BigInt), [1, length]);
	const { logits } = await session.run(feeds, ['logits']);
	await session.release();
	return logits!.data as Float32Array;
}

it('a graph with interventions as inputs runs by itself: plain with masks of zeros, steered as the model is', async () => {
	const { folder } = await buildModel({
		...{ source, output: join(dir, 'model'), quant: 'none' },
		...{ hooks: ['resid_post', '0.attn_out'], form: 'add' },
	});
	const path = join(folder, HOOKED_GRAPH);
	const plain = await run(join(folder, 'model.onnx'), {});
	expect(await run(path, {})).toEqual(plain);

	const model = await HookedModel.load(folder, { threads: 1 });
	const point = { layer: 1, site: 'resid_post' as const };
	const vector = Float32Array.from({ length: model.info.width }, (_, i) => Math.sin(i));
	const [expected] = await model.forward([{ ids: IDS, interventions: [{ point, vector, toks: null }] }], 'all');
	await model.release();
	const { mask, bias } = interventionInputs(point);
	const steered = await run(path, {
		[mask]: new Tensor('float32', new Float32Array(IDS.length).fill(1), [1, IDS.length, 1]),
		[bias]: new Tensor('float32', vector, [1, 1, vector.length]),
	});
	expect(steered).not.toEqual(plain);
	for (const [i, logit] of steered.entries()) expect(Math.abs(logit - expected![i]!)).toBeLessThan(1e-4);
});

it.each([
	[['99.resid_post'], '--hooks 99.resid_post is no hook point of a model of'],
	[['resid'], '--hooks resid is no hook point'],
	[['resid_post', '0.resid_post'], '--hooks names 0.resid_post twice'],
])('refuses %j', async (hooks, message) => {
	const failed = buildModel({ source, output: join(dir, 'model'), hooks });
	await expect(failed).rejects.toMatchObject({ code: 'ERR_USAGE', message: expect.stringContaining(message) });
	await expect(buildModel({ source, output: join(dir, 'model'), form: 'add' })).rejects.toThrow('--form');
	expect(readdirSync(dir)).toEqual(['qwen3']);
});
