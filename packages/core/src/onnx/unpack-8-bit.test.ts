import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { InferenceSession } from '../model/onnxruntime.js';
import { intAttribute, MICROSOFT, makeNode } from './build-node.js';
import { DATA_TYPE, type Initializer, type OnnxModel } from './graph.js';
import { unpack8Bit } from './unpack-8-bit.js';
import { writeModel } from './write-model.js';

const BLOCK = 32;

function initializer(name: string, dims: number[], dataType: number, data: Uint8Array | Float32Array): Initializer {
	const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
	const field = new BinaryWriter().tag(9, WireType.LengthDelimited).bytes(bytes).finish();
	return { name, dims, dataType, data: { kind: 'fields', fields: [field] } };
}

interface Packed {
	rows: number;
	blocks: number;
	packed: Uint8Array;
	scales: Float32Array;
	zeros: Uint8Array | undefined;
}

function modelOf({ rows, blocks, packed, scales, zeros }: Packed): OnnxModel {
	const columns = blocks * BLOCK;
	const attributes = Object.entries({ N: rows, K: columns, bits: 8, block_size: BLOCK, accuracy_level: 1 });
	const opset = (domain: string, version: number) =>
		new BinaryWriter()
			.tag(8, WireType.LengthDelimited)
			.fork()
			.tag(1, WireType.LengthDelimited)
			.string(domain)
			.tag(2, WireType.Varint)
			.int64(version)
			.join()
			.finish();
	return {
		path: 'packed.onnx',
		graph: {
			nodes: [
				makeNode(
					'MatMulNBits',
					'head',
					['x', 'w', 's', ...(zeros ? ['z'] : [])],
					['y'],
					attributes.map(([name, value]) => intAttribute(name, value)),
					MICROSOFT,
				),
			],
			initializers: [
				initializer('w', [rows, blocks, BLOCK], DATA_TYPE.uint8, packed),
				initializer('s', [rows * blocks], DATA_TYPE.float, scales),
				...(zeros ? [initializer('z', [rows * blocks], DATA_TYPE.uint8, zeros)] : []),
			],
			inputs: [{ name: 'x', elemType: DATA_TYPE.float, shape: [1, 'tokens', columns] }],
			outputs: [{ name: 'y', elemType: DATA_TYPE.float, shape: [1, 'tokens', rows] }],
			rest: [new BinaryWriter().tag(2, WireType.LengthDelimited).string('test').finish()],
		},
		rest: [new BinaryWriter().tag(1, WireType.Varint).int64(10).finish(), opset('', 21), opset(MICROSOFT, 1)],
	};
}

async function run(model: OnnxModel, x: Float32Array, tokens: number): Promise<Float32Array> {
	const session = await InferenceSession.create(
		writeModel(model, (location) => location),
		{ logSeverityLevel: 3 },
	);
	const { y } = await session.run({ x: new Tensor('float32', x, [1, tokens, x.length / tokens]) });
	await session.release();
	return y!.data as Float32Array;
}

const packedWeights = fc
	.record({ rows: fc.integer({ min: 1, max: 9 }), blocks: fc.integer({ min: 1, max: 4 }), hasZeros: fc.boolean() })
	.chain(({ rows, blocks, hasZeros }) =>
		fc.record({
			rows: fc.constant(rows),
			blocks: fc.constant(blocks),
			packed: fc.uint8Array({ minLength: rows * blocks * BLOCK, maxLength: rows * blocks * BLOCK }),
			scales: fc.float32Array({
				...{ minLength: rows * blocks, maxLength: rows * blocks },
				...{ min: Math.fround(-0.1), max: Math.fround(0.1), noNaN: true },
			}),
			zeros: hasZeros
				? fc.uint8Array({ minLength: rows * blocks, maxLength: rows * blocks })
				: fc.constant<Uint8Array | undefined>(undefined),
		}),
	);

it('computes what the packed product does, with one product of floats in its place', async () => {
	await fc.assert(
		fc.asyncProperty(packedWeights, fc.integer({ min: 1, max: 3 }), async (weights, tokens) => {
			const columns = weights.blocks * BLOCK;
			const x = Float32Array.from({ length: tokens * columns }, (_, i) => Math.sin(i));
			const [plain, unpacked] = [modelOf(weights), modelOf(weights)];
			unpack8Bit(unpacked);
			expect(unpacked.graph.nodes.map(({ opType }) => opType)).not.toContain('MatMulNBits');
			expect(unpacked.graph.nodes.filter(({ opType }) => opType === 'MatMul')).toHaveLength(1);
			const [wanted, found] = [await run(plain, x, tokens), await run(unpacked, x, tokens)];
			expect(found).toHaveLength(wanted.length);
			// Sums of up to 128 products of numbers below 26.
			for (const [i, value] of found.entries()) expect(Math.abs(value - wanted[i]!)).toBeLessThan(2e-3);
		}),
		{ numRuns: 40 },
	);
});

it.each([
	['bits', 4],
	['K', 40],
	['N', 2 ** 24],
])('leaves a weight of %s %d as it is', (name, value) => {
	const zeros = undefined;
	const model = modelOf({ rows: 1, blocks: 1, packed: new Uint8Array(32), scales: new Float32Array(1), zeros });
	const [node] = model.graph.nodes;
	node!.attributes = node!.attributes.map((each) => (each.name === name ? intAttribute(name, value) : each));
	const before = structuredClone(model.graph);
	unpack8Bit(model);
	expect(model.graph).toEqual(before);
});
