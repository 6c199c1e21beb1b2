import { int64Initializer, intAttribute, intsAttribute, makeNode } from './build-node.js';
import { DATA_TYPE, type GraphNode, type OnnxModel } from './graph.js';

/**
 * As many numbers of a model are unpacked, from its end (the head is the largest weight of small models): 1 GiB in float32. The others
 * stay packed, slow and small.
 */
const MOST_NUMBERS = 2 ** 28;

/**
 * `MatMulNBits` has no float32 kernel for 8 bits: it unpacks the whole weight at each run, which for SmolLM2's head is most of the time of
 * a token. The same arithmetic as plain nodes is done once, when a session folds its constants.
 */
export function unpack8Bit(model: OnnxModel): void {
	const { graph } = model;
	const constants = new Set(graph.initializers.map(({ name }) => name));
	let left = MOST_NUMBERS;
	const nodes = graph.nodes.toReversed().map((node) => {
		const shape = unpackable(node, constants);
		if (!shape || shape.rows * shape.columns > left) return [node];
		left -= shape.rows * shape.columns;
		return unpacked(model, node, shape);
	});
	graph.nodes = nodes.reverse().flat();
}

interface PackedShape {
	/** Of the weight: outputs, inputs, and numbers that share a scale. */
	rows: number;
	columns: number;
	block: number;
}

function unpackable(
	{ opType, inputs, attributes }: GraphNode,
	constants: ReadonlySet<string>,
): PackedShape | undefined {
	if (opType !== 'MatMulNBits') return undefined;
	const value = (name: string) => Number(attributes.find((attribute) => attribute.name === name)?.int ?? 0);
	const [rows, columns, block] = [value('N'), value('K'), value('block_size')];
	const [, ...weights] = inputs;
	const plain = weights.every((name, i) => name === '' || (i < 3 && constants.has(name)));
	return value('bits') === 8 && plain && columns % block === 0 ? { rows, columns, block } : undefined;
}

/** (packed - zero) * scale, turned around for `MatMul`. */
function unpacked({ graph }: OnnxModel, node: GraphNode, { rows, columns, block }: PackedShape): GraphNode[] {
	const [input, packed, scales, zeros] = node.inputs as [string, string, string, string?];
	const at = (step: string) => `${node.name}/unpacked/${step}`;
	const blocks = columns / block;
	graph.initializers.push(
		int64Initializer(at('by_block'), [3], [rows, blocks, 1]),
		int64Initializer(at('whole'), [2], [rows, columns]),
		...(zeros ? [] : [int64Initializer(at('middle'), [], [128])]),
	);
	const float = intAttribute('to', DATA_TYPE.float);
	const step = (opType: string, name: string, inputs: string[], attributes = [] as GraphNode['attributes']) =>
		makeNode(opType, at(name), inputs, [at(name)], attributes);
	return [
		step('Cast', 'numbers', [packed], [float]),
		step('Cast', 'zero', [zeros || at('middle')], [float]),
		...(zeros ? [step('Reshape', 'zeros', [at('zero'), at('by_block')])] : []),
		step('Sub', 'centered', [at('numbers'), zeros ? at('zeros') : at('zero')]),
		step('Cast', 'scale', [scales], [float]),
		step('Reshape', 'scales', [at('scale'), at('by_block')]),
		step('Mul', 'scaled', [at('centered'), at('scales')]),
		step('Reshape', 'weight', [at('scaled'), at('whole')]),
		step('Transpose', 'transposed', [at('weight')], [intsAttribute('perm', [1, 0])]),
		makeNode('MatMul', node.name, [input, at('transposed')], node.outputs),
	];
}
