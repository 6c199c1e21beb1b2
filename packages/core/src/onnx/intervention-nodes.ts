import { intAttribute, makeNode } from './build-node.js';
import { type Attribute, DATA_TYPE, type GraphNode, type ValueInfo } from './graph.js';
import { type HookPoint, hookName } from './hook-point.js';

/**
 * What an intervention computes at its hook point, on activations h (batch, position, width):
 * - `add`: h + mask * bias
 * - `affine`: h + mask * ((h - center) left right + bias), with left (width, rank) and right (rank, width): LEACE, orth, scrubbing
 * - `gated`: h + mask * gate * ((h - center) left right + scale (h - center) + bias), where gate is 1 for the tokens on one side of
 *   a threshold, and `side` says which: |side - [h . direction > threshold]|. The quadratic editors: their maps are a multiple of
 *   the identity plus low rank, and quadlda moves only the tokens that its LDA takes for the other class.
 * - `dense`: h + mask * gate * ((h - center) matrix + bias): the same where examples span the whole width, and one product costs
 *   half of what two factors of full rank would
 */
export type InterventionForm = 'add' | 'affine' | 'gated' | 'dense';

/**
 * From the least to the most general: a graph of a later form can do what an earlier one does. (`dense` takes no factors, but rows
 * of one batch share a map anyway.)
 */
export const INTERVENTION_FORMS = ['add', 'affine', 'gated', 'dense'] as const satisfies readonly InterventionForm[];

/**
 * Names of the graph inputs of an intervention. Shapes: mask (batch, position, 1); bias (batch or 1, 1, width); center
 * (1, 1, width); left, right as above; matrix (width, width); scale, threshold, side (1, 1, 1); direction (width, 1). All float32.
 */
export function interventionInputs(point: HookPoint) {
	const prefix = `steer.${hookName(point)}`;
	return {
		mask: `${prefix}.mask`,
		bias: `${prefix}.bias`,
		center: `${prefix}.center`,
		left: `${prefix}.left`,
		right: `${prefix}.right`,
		matrix: `${prefix}.matrix`,
		scale: `${prefix}.scale`,
		direction: `${prefix}.direction`,
		threshold: `${prefix}.threshold`,
		side: `${prefix}.side`,
	};
}

/** Nodes that compute the change `delta` to the tensor `before`, and the graph inputs that they read. */
export interface InterventionNodes {
	delta: string;
	nodes: GraphNode[];
	inputs: ValueInfo[];
}

const TO_FLOAT = intAttribute('to', DATA_TYPE.float);

export function interventionNodes(
	point: HookPoint,
	form: InterventionForm,
	before: string,
	width: number,
): InterventionNodes {
	const names = interventionInputs(point);
	const prefix = `steer/${hookName(point)}`;
	const inputs: ValueInfo[] = [];
	const nodes: GraphNode[] = [];
	const input = (name: string, shape: ValueInfo['shape']) => {
		inputs.push({ name, elemType: DATA_TYPE.float, shape });
		return name;
	};
	const node = (opType: string, step: string, operands: string[], attributes: Attribute[] = []) => {
		const output = `${prefix}/${step}`;
		nodes.push(makeNode(opType, output, operands, [output], attributes));
		return output;
	};
	const mask = input(names.mask, ['batch_size', 'sequence_length', 1]);
	const bias = input(names.bias, ['steer_batch', 1, width]);
	if (form === 'add') return { delta: node('Mul', 'delta', [bias, mask]), nodes, inputs };

	const rank = `${prefix}.rank`;
	const centred = node('Sub', 'centred', [before, input(names.center, [1, 1, width])]);
	const mapped = () => {
		if (form === 'dense') return node('MatMul', 'mapped', [centred, input(names.matrix, [width, width])]);
		const projected = node('MatMul', 'projected', [centred, input(names.left, [width, rank])]);
		return node('MatMul', 'low_rank', [projected, input(names.right, [rank, width])]);
	};
	const moved = node('Add', 'moved', [mapped(), bias]);
	if (form === 'affine') return { delta: node('Mul', 'delta', [moved, mask]), nodes, inputs };

	const scaled = () => node('Mul', 'scaled', [centred, input(names.scale, [1, 1, 1])]);
	const change = form === 'dense' ? moved : node('Add', 'change', [moved, scaled()]);
	const score = node('MatMul', 'score', [before, input(names.direction, [width, 1])]);
	const above = node('Greater', 'above', [score, input(names.threshold, [1, 1, 1])]);
	const side = node('Sub', 'side', [input(names.side, [1, 1, 1]), node('Cast', 'above_1', [above], [TO_FLOAT])]);
	const gate = node('Mul', 'gate', [node('Abs', 'on_side', [side]), mask]);
	return { delta: node('Mul', 'delta', [change, gate]), nodes, inputs };
}
