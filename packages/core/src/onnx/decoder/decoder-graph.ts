import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { BLOCK, type BlockFormat } from '../../quantisation/index.js';
import {
	floatAttribute,
	floatInitializer,
	int64Initializer,
	intAttribute,
	intsAttribute,
	MICROSOFT,
	makeNode,
	stringAttribute,
} from '../build-node.js';
import {
	type Attribute,
	DATA_TYPE,
	type GraphNode,
	type Initializer,
	type OnnxModel,
	type ValueInfo,
} from '../graph.js';
import type { Biased, DecoderDesign } from './decoder-design.js';
import { type DecoderWeight, EMBEDDING, FINAL_NORM, HEAD, LOCAL } from './decoder-weights.js';
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
	const graph = { nodes: nodes.nodes, initializers: [...nodes.constants, ...initializers], ...valuesOf(design), rest };
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
	readonly constants: Initializer[] = [int64Initializer(AXIS_1, [1], [1]), int64Initializer(INDEX_1, [], [1])];
	readonly #design: DecoderDesign;
	readonly #weights: ReadonlyMap<string, DecoderWeight>;
	readonly #epsilon: Attribute;

	constructor(design: DecoderDesign, weights: readonly DecoderWeight[]) {
		this.#design = design;
		this.#weights = new Map(weights.map((weight) => [weight.name, weight]));
		this.#epsilon = floatAttribute('epsilon', design.normEpsilon);
	}

	build(): void {
		const { layers, branchNorms } = this.#design;
		const lengths = this.#lengths();
		let stream = this.#embedding();
		let normed = this.#norm('model.layers.0.input_layernorm', stream);
		for (let layer = 0; layer < layers; layer++) {
			const at = `model.layers.${layer}`;
			const middle = `${at}.${branchNorms ? 'pre_feedforward_layernorm' : 'post_attention_layernorm'}.weight`;
			const next = layer + 1 === layers ? FINAL_NORM : `model.layers.${layer + 1}.input_layernorm.weight`;
			const attention = this.#attention(layer, normed, lengths);
			[normed, stream] = this.#addAndNorm(stream, this.#branch(`${at}.post_attention_layernorm`, attention), middle);
			const mlp = this.#mlp(layer, normed);
			[normed, stream] = this.#addAndNorm(stream, this.#branch(`${at}.post_feedforward_layernorm`, mlp), next);
		}
		this.#logits(normed);
	}

	/** What a sub-layer adds to the stream, of what it made. */
	#branch(norm: string, made: string): string {
		return this.#design.branchNorms ? this.#norm(norm, made) : made;
	}

	#logits(normed: string): void {
		const { tied, logitSoftcap } = this.#design;
		const at = '/lm_head';
		const product = this.#linear(
			at,
			normed,
			tied ? EMBEDDING : HEAD,
			logitSoftcap === undefined ? 'logits' : undefined,
		);
		if (logitSoftcap === undefined) return;
		const cap = this.#scalar('constant.logit_softcap', logitSoftcap);
		const scaled = this.#node('Div', `${at}/softcap/scaled`, { inputs: [product, cap] });
		const bounded = this.#node('Tanh', `${at}/softcap/bounded`, { inputs: [scaled] });
		this.nodes.push(makeNode('Mul', `${at}/softcap`, [bounded, cap], ['logits']));
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
		const embedded = this.#lookup(at);
		const { embeddingScale } = this.#design;
		if (embeddingScale === undefined) return embedded;
		const scale = this.#scalar('constant.embedding_scale', embeddingScale);
		return this.#node('Mul', `${at}/scaled`, { inputs: [embedded, scale] });
	}

	/** The embedding's rows of the tokens, in float32. */
	#lookup(at: string): string {
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
		const at = `/model/layers.${layer}/attn`;
		const cache = ['key', 'value'].map((kind) => `past_key_values.${layer}.${kind}`);
		const packed = this.#projection(layer, 'attn/qkv_proj', input, 'qkv');
		const heads = this.#design.headNorms ? this.#normedHeads(layer, packed) : [packed, '', ''];
		const { local } = this.#design;
		const tables = local?.rotary && local.layers.has(layer) ? LOCAL : '';
		const attended = this.#node('GroupQueryAttention', `${at}/GroupQueryAttention`, {
			inputs: [...heads, ...cache, ...lengths, `${tables}cos_cache`, `${tables}sin_cache`],
			further: [`present.${layer}.key`, `present.${layer}.value`],
			attributes: this.#attentionAttributes(layer),
			domain: MICROSOFT,
		});
		return this.#projection(layer, 'attn/o_proj', attended, 'o');
	}

	#attentionAttributes(layer: number): Attribute[] {
		const { heads, keyValueHeads, attentionScale, attentionSoftcap, local } = this.#design;
		return [
			intAttribute('num_heads', heads),
			intAttribute('kv_num_heads', keyValueHeads),
			floatAttribute('scale', attentionScale),
			intAttribute('do_rotary', 1),
			intAttribute('rotary_interleaved', 0),
			...(attentionSoftcap === undefined ? [] : [floatAttribute('softcap', attentionSoftcap)]),
			...(local?.layers.has(layer) ? [intAttribute('local_window_size', local.window)] : []),
		];
	}

	/** q, k and v of their packed form, with the heads of q and k normed: the kernel rotates, and the norms come before that. */
	#normedHeads(layer: number, packed: string): string[] {
		const { heads, keyValueHeads, headDim } = this.#design;
		const at = `/model/layers.${layer}/attn`;
		const widths = [heads, keyValueHeads, keyValueHeads].map((count) => count * headDim);
		const names = ['q', 'k', 'v'].map((name) => `${at}/${name}/output`);
		const sizes = this.#constant('constant.qkv_widths', widths);
		this.nodes.push(makeNode('Split', `${at}/split`, [packed, sizes], names, [intAttribute('axis', -1)]));
		const normed = (which: 'q' | 'k', input: string, width: number) => {
			const shape = this.#constant('constant.by_head', [0, 0, -1, headDim]);
			const byHead = this.#node('Reshape', `${at}/${which}/by_head`, { inputs: [input, shape] });
			const norm = this.#norm(`model.layers.${layer}.self_attn.${which}_norm`, byHead);
			const flat = this.#constant(`constant.${which}_flat`, [0, 0, width]);
			return this.#node('Reshape', `${at}/${which}/flat`, { inputs: [norm, flat] });
		};
		return [normed('q', names[0]!, widths[0]!), normed('k', names[1]!, widths[1]!), names[2]!];
	}

	#mlp(layer: number, input: string): string {
		const at = `/model/layers.${layer}/mlp`;
		const gate = this.#activation(at, this.#projection(layer, 'mlp/gate_proj', input, 'mlp'));
		const up = this.#projection(layer, 'mlp/up_proj', input, 'mlp');
		const gated = this.#node('Mul', `${at}/gated`, { inputs: [gate, up] });
		return this.#projection(layer, 'mlp/down_proj', gated, 'mlp');
	}

	#activation(at: string, gate: string): string {
		if (this.#design.activation === 'gelu_tanh') {
			return this.#node('Gelu', `${at}/gelu`, { inputs: [gate], attributes: [stringAttribute('approximate', 'tanh')] });
		}
		const sigmoid = this.#node('Sigmoid', `${at}/sigmoid`, { inputs: [gate] });
		return this.#node('Mul', `${at}/silu`, { inputs: [gate, sigmoid] });
	}

	/** RMS norm over the last axis; `name` is that of its weight. */
	#norm(name: string, input: string): string {
		return this.#node('SimplifiedLayerNormalization', `/${name}`, {
			inputs: [input, `${name}.weight`],
			attributes: [this.#epsilon, intAttribute('axis', -1), intAttribute('stash_type', 1)],
		});
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

	/** A product with one of a layer's weights, and its bias where the design has one. */
	#projection(layer: number, name: string, input: string, kind: Biased): string {
		const at = `/model/layers.${layer}/${name}`;
		const weight = `model.layers.${layer}.${name.replace('/', '.')}`;
		const product = this.#linear(at, input, `${weight}.weight`);
		if (!this.#design.biases.has(kind)) return product;
		return this.#node('Add', `${at}/biased`, { inputs: [product, `${weight}.bias`] });
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

	#scalar(name: string, value: number): string {
		return this.#initializer(floatInitializer(name, [], [value]));
	}

	#constant(name: string, values: readonly number[]): string {
		return this.#initializer(int64Initializer(name, [values.length], values));
	}

	#initializer(initializer: Initializer): string {
		if (!this.constants.some(({ name }) => name === initializer.name)) this.constants.push(initializer);
		return initializer.name;
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
