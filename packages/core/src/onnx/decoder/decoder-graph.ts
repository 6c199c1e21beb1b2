import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { BLOCK, type BlockFormat } from '../../quantisation/index.js';
import { floatAttribute, int64Initializer, intAttribute, intsAttribute, MICROSOFT, makeNode } from '../build-node.js';
import { type Attribute, DATA_TYPE, type GraphNode, type OnnxModel, type ValueInfo } from '../graph.js';
import type { DecoderDesign } from './decoder-design.js';
import { type DecoderWeight, EMBEDDING, FINAL_NORM, HEAD } from './decoder-weights.js';
import { blockNames, initializersOf, type PlacedWeight } from './place-weights.js';

const IR_VERSION = 10;
const OPSET = 21;
const MICROSOFT_OPSET = 1;

const TO_FLOAT = intAttribute('to', DATA_TYPE.float);
const TO_INT32 = intAttribute('to', DATA_TYPE.int32);
const SWAP_AXES = intsAttribute('perm', [1, 0]);
const BY_ROWS = [intAttribute('gather_axis', 0), intAttribute('quantize_axis', 1)];
/** MatMulNBits may quantise activations to int8, which is fastest; `setPrecision` changes it. */
const ACCURACY_LEVEL = intAttribute('accuracy_level', 4);

/**
 * A decoder as an ONNX graph whose weights lie in the files beside it that `placed` names. Inputs and outputs are named as
 * onnxruntime-genai names them. Weights stored as float16 are cast once, when a session folds constants; all arithmetic is
 * float32, but for that of products with weights in blocks where a session runs them in `fast`.
 */
export function decoderGraph(design: DecoderDesign, placed: readonly PlacedWeight[], path: string): OnnxModel {
	const initializers = placed.flatMap(initializersOf);
	const nodes = new DecoderNodes(
		design,
		placed.map(({ weight }) => weight),
	);
	nodes.build();
	const rest = [new BinaryWriter().tag(2, WireType.LengthDelimited).string('decoder').finish()];
	const graph = { nodes: nodes.nodes, initializers: [...CONSTANTS, ...initializers], ...valuesOf(design), rest };
	return { path, graph, rest: modelFields() };
}

/** ModelProto: ir_version (1), producer_name (2), opset_import (8) > { domain (1), version (2) }. */
function modelFields(): Uint8Array[] {
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
	return [
		new BinaryWriter().tag(1, WireType.Varint).int64(IR_VERSION).finish(),
		new BinaryWriter().tag(2, WireType.LengthDelimited).string('steering').finish(),
		opset('', OPSET),
		opset(MICROSOFT, MICROSOFT_OPSET),
	];
}

const AXIS_1 = 'constant.axis_1';
const INDEX_1 = 'constant.index_1';
const CONSTANTS = [int64Initializer(AXIS_1, [1], [1]), int64Initializer(INDEX_1, [], [1])];

function valuesOf({ layers, keyValueHeads, headDim, vocab }: DecoderDesign): {
	inputs: ValueInfo[];
	outputs: ValueInfo[];
} {
	const value = (name: string, elemType: number, shape: ValueInfo['shape']): ValueInfo => ({ name, elemType, shape });
	const cache = (prefix: string, length: string) =>
		Array.from({ length: layers }, (_, layer) =>
			['key', 'value'].map((kind) =>
				value(`${prefix}.${layer}.${kind}`, DATA_TYPE.float, ['batch_size', keyValueHeads, length, headDim]),
			),
		).flat();
	return {
		inputs: [
			value('input_ids', DATA_TYPE.int64, ['batch_size', 'sequence_length']),
			value('attention_mask', DATA_TYPE.int64, ['batch_size', 'total_sequence_length']),
			...cache('past_key_values', 'past_sequence_length'),
		],
		outputs: [
			value('logits', DATA_TYPE.float, ['batch_size', 'sequence_length', vocab]),
			...cache('present', 'total_sequence_length'),
		],
	};
}

function blockAttributes({ bits }: BlockFormat): Attribute[] {
	return [intAttribute('bits', bits), intAttribute('block_size', BLOCK)];
}

/** The nodes in topological order. Each step returns the name of the tensor it makes. */
class DecoderNodes {
	readonly nodes: GraphNode[] = [];
	readonly #design: DecoderDesign;
	readonly #weights: ReadonlyMap<string, DecoderWeight>;
	readonly #epsilon: Attribute;

	constructor(design: DecoderDesign, weights: readonly DecoderWeight[]) {
		this.#design = design;
		this.#weights = new Map(weights.map((weight) => [weight.name, weight]));
		this.#epsilon = floatAttribute('epsilon', design.normEpsilon);
	}

	build(): void {
		const lengths = this.#lengths();
		let stream = this.#embedding();
		let normed = this.#node('SimplifiedLayerNormalization', '/model.layers.0.input_layernorm', {
			inputs: [stream, 'model.layers.0.input_layernorm.weight'],
			attributes: [this.#epsilon, intAttribute('axis', -1), intAttribute('stash_type', 1)],
		});
		for (let layer = 0; layer < this.#design.layers; layer++) {
			const isLast = layer + 1 === this.#design.layers;
			const middle = `model.layers.${layer}.post_attention_layernorm.weight`;
			const next = isLast ? FINAL_NORM : `model.layers.${layer + 1}.input_layernorm.weight`;
			[normed, stream] = this.#addAndNorm(stream, this.#attention(layer, normed, lengths), middle);
			[normed, stream] = this.#addAndNorm(stream, this.#mlp(layer, normed), next);
		}
		this.#linear('/lm_head', normed, this.#design.tied ? EMBEDDING : HEAD, 'logits');
	}

	/** Rows' lengths less one, (batch, 1), and the length of the whole sequence, as GroupQueryAttention wants them. */
	#lengths(): [string, string] {
		const at = '/model/attn_mask';
		const counted = this.#node('ReduceSum', `${at}/length`, {
			inputs: ['attention_mask', AXIS_1],
			attributes: [intAttribute('keepdims', 1)],
		});
		const last = this.#node('Sub', `${at}/last`, { inputs: [counted, AXIS_1] });
		const shape = this.#node('Shape', `${at}/shape`, { inputs: ['attention_mask'] });
		const total = this.#node('Gather', `${at}/total`, {
			inputs: [shape, INDEX_1],
			attributes: [intAttribute('axis', 0)],
		});
		return [this.#cast(last, TO_INT32), this.#cast(total, TO_INT32)];
	}

	#embedding(): string {
		const at = '/model/embed_tokens';
		const { stored } = this.#weights.get(EMBEDDING)!;
		if (typeof stored !== 'object') {
			const rows = this.#node('Gather', at, { inputs: [EMBEDDING, 'input_ids'] });
			return stored === 'float32' ? rows : this.#cast(rows, TO_FLOAT);
		}
		const { lookup, scales, zeroPoints } = blockNames(EMBEDDING);
		return this.#node('GatherBlockQuantized', at, {
			inputs: [lookup, 'input_ids', scales, ...(stored.zeroPoints ? [zeroPoints] : [])],
			attributes: [...blockAttributes(stored), ...BY_ROWS],
			domain: MICROSOFT,
		});
	}

	#attention(layer: number, input: string, lengths: readonly string[]): string {
		const { heads, keyValueHeads, headDim } = this.#design;
		const at = `/model/layers.${layer}/attn`;
		const cache = ['key', 'value'].map((kind) => `past_key_values.${layer}.${kind}`);
		const packed = this.#linear(`${at}/qkv_proj`, input, `model.layers.${layer}.attn.qkv_proj.weight`);
		const attended = this.#node('GroupQueryAttention', `${at}/GroupQueryAttention`, {
			inputs: [packed, '', '', ...cache, ...lengths, 'cos_cache', 'sin_cache'],
			further: [`present.${layer}.key`, `present.${layer}.value`],
			attributes: [
				intAttribute('num_heads', heads),
				intAttribute('kv_num_heads', keyValueHeads),
				floatAttribute('scale', 1 / Math.sqrt(headDim)),
				intAttribute('do_rotary', 1),
				intAttribute('rotary_interleaved', 0),
			],
			domain: MICROSOFT,
		});
		return this.#linear(`${at}/o_proj`, attended, `model.layers.${layer}.attn.o_proj.weight`);
	}

	#mlp(layer: number, input: string): string {
		const at = `/model/layers.${layer}/mlp`;
		const linear = (name: string, operand: string) =>
			this.#linear(`${at}/${name}`, operand, `model.layers.${layer}.mlp.${name}.weight`);
		const gate = linear('gate_proj', input);
		const up = linear('up_proj', input);
		const sigmoid = this.#node('Sigmoid', `${at}/sigmoid`, { inputs: [gate] });
		const activated = this.#node('Mul', `${at}/silu`, { inputs: [gate, sigmoid] });
		return linear('down_proj', this.#node('Mul', `${at}/gated`, { inputs: [activated, up] }));
	}

	/** What the sub-layer made, added to the stream, and the norm of the sum: [normed, sum]. */
	#addAndNorm(stream: string, branch: string, weight: string): [string, string] {
		const at = `/${weight.slice(0, -'.weight'.length)}`;
		const sum = `${at}/sum`;
		const normed = this.#node('SkipSimplifiedLayerNormalization', at, {
			inputs: [stream, branch, weight],
			further: ['', '', sum],
			attributes: [this.#epsilon],
			domain: MICROSOFT,
		});
		return [normed, sum];
	}

	/** input (batch, position, in) times weight (out, in) transposed. */
	#linear(at: string, input: string, weight: string, output = `${at}/output`): string {
		const { stored, dims } = this.#weights.get(weight)!;
		if (typeof stored === 'object') {
			const { codes, scales, zeroPoints } = blockNames(weight);
			const inputs = [input, codes, scales, ...(stored.zeroPoints ? [zeroPoints] : [])];
			const sizes = [intAttribute('K', dims[1]!), intAttribute('N', dims[0]!)];
			const attributes = [...sizes, ...blockAttributes(stored), ACCURACY_LEVEL];
			this.nodes.push(makeNode('MatMulNBits', at, inputs, [output], attributes, MICROSOFT));
			return output;
		}
		let operand = this.#node('Transpose', `${at}/transposed`, { inputs: [weight], attributes: [SWAP_AXES] });
		if (stored !== 'float32') operand = this.#cast(operand, TO_FLOAT);
		this.nodes.push(makeNode('MatMul', at, [input, operand], [output]));
		return output;
	}

	#cast(input: string, to: Attribute): string {
		return this.#node('Cast', `${input.replace(/\/output$/, '')}/cast`, { inputs: [input], attributes: [to] });
	}

	#node(
		opType: string,
		at: string,
		node: { inputs: string[]; further?: string[]; attributes?: Attribute[]; domain?: string },
	): string {
		const output = `${at}/output`;
		const outputs = [output, ...(node.further ?? [])];
		this.nodes.push(makeNode(opType, at, node.inputs, outputs, node.attributes, node.domain));
		return output;
	}
}
