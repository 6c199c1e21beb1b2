import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InferenceSession } from '../model/onnxruntime.js';
import { int64Initializer, makeNode } from './build-node.js';
import { foldReshapes } from './fold-reshapes.js';
import { type Attribute, DATA_TYPE, type OnnxModel } from './graph.js';
import { writeModel } from './write-model.js';

const folder = mkdtempSync(join(tmpdir(), 'reshapes-'));
/** More than fits into the graph itself. */
const [ROWS, COLUMNS] = [48, 64];
const numbers = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => Math.sin(i));
beforeAll(() => writeFileSync(join(folder, 'weights.bin'), numbers));
afterAll(() => rmSync(folder, { recursive: true }));

/** A Constant's value, its numbers written as int64_data (packed or one by one) or as raw bytes. */
function shapeAttribute(dims: readonly number[], form: 'raw' | 'packed' | 'single'): Attribute {
	const writer = new BinaryWriter();
	writer.tag(1, WireType.LengthDelimited).string('value').tag(5, WireType.LengthDelimited).fork();
	writer.tag(1, WireType.Varint).int64(dims.length).tag(2, WireType.Varint).int32(DATA_TYPE.int64);
	if (form === 'raw') {
		writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(BigInt64Array.from(dims, BigInt).buffer));
	} else if (form === 'packed') {
		writer.tag(7, WireType.LengthDelimited).fork();
		for (const dim of dims) writer.int64(dim);
		writer.join();
	} else for (const dim of dims) writer.tag(7, WireType.Varint).int64(dim);
	return { name: 'value', raw: writer.join().tag(20, WireType.Varint).int32(4).finish() };
}

/** y = x + reshape(w, dims), flat. */
function modelOf(dims: readonly number[], form: 'raw' | 'packed' | 'single' = 'raw'): OnnxModel {
	const opset = new BinaryWriter().tag(8, WireType.LengthDelimited).fork().tag(2, WireType.Varint).int64(21).join();
	return {
		path: join(folder, 'model.onnx'),
		graph: {
			nodes: [
				makeNode('Constant', 'shape', [], ['shape'], [shapeAttribute(dims, form)]),
				makeNode('Reshape', 'reshape', ['w', 'shape'], ['reshaped']),
				makeNode('Add', 'add', ['x', 'reshaped'], ['sum']),
				makeNode('Reshape', 'flat', ['sum', 'all'], ['y']),
			],
			initializers: [
				{
					name: 'w',
					dims: [ROWS, COLUMNS],
					dataType: DATA_TYPE.float,
					data: { kind: 'external', location: 'weights.bin', offset: 0, length: numbers.byteLength, rest: [] },
				},
				int64Initializer('all', [1], [-1]),
			],
			inputs: [{ name: 'x', elemType: DATA_TYPE.float, shape: [1] }],
			outputs: [{ name: 'y', elemType: DATA_TYPE.float, shape: ['all'] }],
			rest: [new BinaryWriter().tag(2, WireType.LengthDelimited).string('test').finish()],
		},
		rest: [new BinaryWriter().tag(1, WireType.Varint).int64(10).finish(), opset.finish()],
	};
}

async function run(model: OnnxModel): Promise<Float32Array> {
	const session = await InferenceSession.create(writeModel(model), {
		logSeverityLevel: 3,
		extra: { session: { model_external_initializers_file_folder_path: folder } },
	});
	const { y } = await session.run({ x: new Tensor('float32', [1], [1]) });
	await session.release();
	return y!.data as Float32Array;
}

const operators = ({ graph }: OnnxModel) => graph.nodes.map(({ name }) => name);

describe('foldReshapes', () => {
	it('makes a weight of other dims of a reshaped one, and changes no number', async () => {
		const factors = fc.constantFrom(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64);
		await fc.assert(
			fc.asyncProperty(factors, fc.constantFrom('raw', 'packed', 'single'), async (first, form) => {
				const dims = [first, numbers.length / first];
				const model = modelOf(dims, form as 'raw');
				const plain = await run(modelOf(dims));
				foldReshapes(model);
				expect(operators(model)).toEqual(['shape', 'add', 'flat']);
				expect(model.graph.initializers.at(-1)).toEqual({ ...model.graph.initializers[0], name: 'reshaped', dims });
				expect(await run(model)).toEqual(plain);
			}),
			{ numRuns: 12 },
		);
	});

	it.each([
		['a dim to be worked out', () => modelOf([-1, COLUMNS])],
		['a dim that is copied', () => modelOf([0, COLUMNS])],
		['another number of numbers', () => modelOf([ROWS, COLUMNS - 1])],
		[
			'a small weight',
			() => {
				const model = modelOf([ROWS, COLUMNS]);
				model.graph.initializers[0] = int64Initializer('w', [ROWS, COLUMNS], [...numbers.map(Math.round)]);
				return model;
			},
		],
		[
			'an output of the graph',
			() => {
				const model = modelOf([ROWS, COLUMNS]);
				model.graph.outputs.push({ name: 'reshaped', elemType: DATA_TYPE.float, shape: [ROWS, COLUMNS] });
				return model;
			},
		],
	])('leaves alone: %s', (_, make) => {
		const model = make();
		foldReshapes(model);
		expect(model).toEqual(make());
	});
});
