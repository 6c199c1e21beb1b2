import { SteeringError } from '../errors/index.js';
import {
	consumers,
	DATA_TYPE,
	type GraphNode,
	type Initializer,
	type OnnxGraph,
	type OnnxModel,
	producers,
} from './graph.js';

/** One addition to the residual stream: what a sub-layer writes, and the stream after it. */
export interface ResidualWrite {
	/** The sub-layer that writes: attention or MLP. */
	sublayer: 'attn' | 'mlp';
	/** The node that adds: a plain `Add`, or a norm with the addition fused into it. */
	node: GraphNode;
	/** Whether `node` is a fused skip-norm: its output 0 is the normed stream, its output 3 the sum. */
	fused: boolean;
	/** The stream before, (batch, position, width). */
	streamIn: string;
	/** What is added: the sub-layer's output, after o_proj or down_proj. */
	branch: string;
}

/** The head: what turns the final normed stream into logits. */
export interface Head {
	node: GraphNode;
	/** Its activation input, (batch, position, width). */
	input: string;
}

/** The residual stream of a decoder, found by following additions from the embedding to the head. */
export interface ResidualStream {
	embedding: string;
	/** Attention and MLP in turn: `writes[2 * layer]` and `writes[2 * layer + 1]`. */
	writes: ResidualWrite[];
	head: Head;
	layers: number;
	width: number;
	vocab: number;
}

const FUSED_SKIP_NORMS = new Set(['SkipSimplifiedLayerNormalization']);
const EMBEDDING_OPS = new Set(['Gather', 'GatherBlockQuantized']);
const ATTENTION_OPS = new Set(['GroupQueryAttention', 'MultiHeadAttention', 'Attention', 'Softmax']);
/** Between the embedding and the first layer (scaling), and between the head and the logits (casts, soft caps). */
const POINTWISE_OPS = new Set(['Cast', 'Mul', 'Div', 'Identity', 'Tanh', 'Dropout']);
const CASTS = new Set(['Cast']);
/** Between a weight and the product that reads it. */
const WEIGHT_OPS = new Set(['Cast', 'Transpose']);

interface Index {
	model: OnnxModel;
	graph: OnnxGraph;
	made: Map<string, GraphNode>;
	read: Map<string, GraphNode[]>;
	constants: Set<string>;
}

/**
 * Finds the residual stream by structure, never by names: exporters agree on what is added to what, not on what it is called.
 * Throws ERR_UNSUPPORTED_GRAPH with what was looked for and not found.
 */
export function findResidualStream(model: OnnxModel): ResidualStream {
	const { graph } = model;
	const index: Index = {
		model,
		graph,
		made: producers(graph),
		read: consumers(graph),
		constants: constantNames(graph),
	};
	requireDecoder(index);
	const embedding = findEmbedding(index);
	const writes = followWrites(index, embedding);
	const head = findHead(index);
	const { width, vocab } = headShape(index, head);
	return { embedding, writes, head, layers: writes.length / 2, width, vocab };
}

function unsupported(model: OnnxModel, what: string, hint: string): SteeringError {
	return new SteeringError('ERR_UNSUPPORTED_GRAPH', `no residual stream can be steered in ${model.path}: ${what}`, {
		hint,
	});
}

function constantNames(graph: OnnxGraph): Set<string> {
	const names = new Set(graph.initializers.map((tensor) => tensor.name));
	for (const node of graph.nodes) if (node.opType === 'Constant') names.add(node.outputs[0]!);
	return names;
}

function requireDecoder({ model, graph }: Index): void {
	const inputs = new Set(graph.inputs.map((input) => input.name));
	const decoder =
		'a decoder with input_ids, past_key_values and logits is needed: a text-generation export with its KV cache';
	if (!inputs.has('input_ids')) throw unsupported(model, 'it has no input_ids', decoder);
	if (!graph.outputs.some((output) => output.name === 'logits')) throw unsupported(model, 'it has no logits', decoder);
	if (inputs.has('use_cache_branch'))
		throw unsupported(model, 'it is a merged decoder (use_cache_branch)', 'export it without merging');
	const past = graph.inputs.find((input) => input.name.startsWith('past_key_values.'));
	if (!past) throw unsupported(model, 'it has no KV cache', decoder);
	if (past.elemType !== DATA_TYPE.float) {
		throw unsupported(
			model,
			'its activations are not float32',
			'use a file with float32 activations (model.onnx, model_q4.onnx)',
		);
	}
}

function findEmbedding({ model, graph, read }: Index): string {
	let ids = ['input_ids'];
	for (let depth = 0; depth < 3; depth++) {
		const readers = ids.flatMap((name) => read.get(name) ?? []);
		const lookup = readers.find((node) => EMBEDDING_OPS.has(node.opType) && ids.includes(node.inputs[1] ?? ''));
		if (lookup) return lookup.outputs[0]!;
		ids = readers.filter((node) => node.opType === 'Cast' || node.opType === 'Reshape').map((node) => node.outputs[0]!);
	}
	throw unsupported(
		model,
		`none of its ${graph.nodes.length} nodes looks up input_ids in an embedding`,
		'is it a language model?',
	);
}

function followWrites(index: Index, embedding: string): ResidualWrite[] {
	const writes: ResidualWrite[] = [];
	let stream: string | undefined = embedding;
	while (stream !== undefined) {
		const write: ResidualWrite | undefined = nextWrite(index, stream);
		if (write) {
			writes.push(write);
			stream = write.fused ? write.node.outputs[3] || undefined : write.node.outputs[0];
		} else stream = pointwiseSuccessor(index, stream, writes.length === 0 ? POINTWISE_OPS : CASTS);
	}
	const kinds = writes.map((write) => write.sublayer);
	const inTurn = kinds.length % 2 === 0 && kinds.every((kind, i) => kind === (i % 2 === 0 ? 'attn' : 'mlp'));
	if (writes.length === 0 || !inTurn) {
		throw unsupported(
			index.model,
			writes.length === 0
				? 'nothing is added to the embedding'
				: `what is added to it is not attention and MLP in turn (${kinds.join(' ')})`,
			'pre-norm decoders such as Llama, Mistral, Qwen and SmolLM have one',
		);
	}
	return writes;
}

/** Exporters put casts (and, after the embedding, scalings) between an addition and what reads it. */
function pointwiseSuccessor({ read }: Index, stream: string, operators: Set<string>): string | undefined {
	const next = (read.get(stream) ?? []).filter((node) => operators.has(node.opType));
	return next.length === 1 ? next[0]!.outputs[0] : undefined;
}

/** The node that adds to `stream`, and the other addend: it must descend from the stream, or it is no residual connection. */
function nextWrite(index: Index, stream: string): ResidualWrite | undefined {
	for (const node of index.read.get(stream) ?? []) {
		const fused = FUSED_SKIP_NORMS.has(node.opType);
		if (!fused && node.opType !== 'Add') continue;
		const [a, b] = node.inputs as [string, string];
		const branch = a === stream ? b : a;
		if (index.constants.has(branch)) continue;
		const kind = sublayerKind(index, branch, stream);
		if (kind) return { sublayer: kind, node, fused, streamIn: stream, branch };
	}
	return undefined;
}

/** What lies between the stream and a branch: attention, an MLP, or no path at all. */
function sublayerKind({ made }: Index, branch: string, stream: string): 'attn' | 'mlp' | undefined {
	const seen = new Set<GraphNode>();
	const open = [branch];
	let connected = false;
	let attention = false;
	for (let name = open.pop(); name !== undefined; name = open.pop()) {
		if (name === stream) {
			connected = true;
			continue;
		}
		const node = made.get(name);
		if (!node || seen.has(node)) continue;
		seen.add(node);
		attention ||= ATTENTION_OPS.has(node.opType);
		// A fused skip-norm makes the stream and its norm in one node: through the norm, this is the stream.
		if (FUSED_SKIP_NORMS.has(node.opType) && node.outputs[3] === stream) connected = true;
		else open.push(...node.inputs.filter((input) => input !== ''));
	}
	if (!connected) return undefined;
	return attention ? 'attn' : 'mlp';
}

function findHead({ model, made, constants }: Index): Head {
	let name: string | undefined = 'logits';
	while (name !== undefined) {
		const node: GraphNode | undefined = made.get(name);
		if (node && ['MatMulNBits', 'MatMul', 'Gemm'].includes(node.opType)) return { node, input: node.inputs[0]! };
		name = node && POINTWISE_OPS.has(node.opType) ? node.inputs.find((input) => !constants.has(input)) : undefined;
	}
	throw unsupported(model, 'its logits do not come from a matrix product', 'is it a language model?');
}

function headShape({ model, graph }: Index, head: Head): { width: number; vocab: number } {
	const attribute = (name: string) => Number(head.node.attributes.find((a) => a.name === name)?.int ?? 0);
	if (head.node.opType === 'MatMulNBits') return { width: attribute('K'), vocab: attribute('N') };
	const logits = graph.outputs.find((output) => output.name === 'logits')!;
	const dims = weightBehind(graph, head.node.inputs[1]!)?.dims;
	const vocab = logits.shape.at(-1);
	if (dims?.length !== 2 || typeof vocab !== 'number')
		throw unsupported(model, 'its head has no plain weight', 'export it again');
	return { width: dims[0] === vocab ? dims[1]! : dims[0]!, vocab };
}

/** The weight itself, behind what turns it into an operand: a head that is tied to the embedding is a transpose of it. */
function weightBehind(graph: OnnxGraph, name: string): Initializer | undefined {
	const made = graph.nodes.find((node) => node.outputs[0] === name);
	if (made && WEIGHT_OPS.has(made.opType)) return weightBehind(graph, made.inputs[0]!);
	return graph.initializers.find((tensor) => tensor.name === name);
}
