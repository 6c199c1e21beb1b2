import { int64Constant } from './constant-value.js';
import { type GraphNode, type Initializer, type OnnxModel, producers } from './graph.js';

/**
 * A stored weight that is reshaped is the same weight with other dims. onnxruntime copies it when it folds its constants: for an
 * embedding tied to the head that is the largest weight of a small model, at each start, and held twice from then on.
 */
export function foldReshapes({ graph }: OnnxModel): void {
	const weights = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
	const made = producers(graph);
	const outputs = new Set(graph.outputs.map(({ name }) => name));
	graph.nodes = graph.nodes.filter((node) => {
		if (node.opType !== 'Reshape' || node.domain !== '' || outputs.has(node.outputs[0]!)) return true;
		const folded = reshaped(node, weights, made);
		if (folded) graph.initializers.push(folded);
		return folded === undefined;
	});
}

/** Undefined where there is nothing to save: small weights lie in the graph itself. */
function reshaped(
	{ inputs, outputs }: GraphNode,
	weights: ReadonlyMap<string, Initializer>,
	made: ReadonlyMap<string, GraphNode>,
): Initializer | undefined {
	const weight = weights.get(inputs[0]!);
	const shape = made.get(inputs[1]!);
	if (!weight || !shape || weight.data.kind === 'fields') return undefined;
	const dims = int64Constant(shape);
	// 0 and -1 are dims that are left open, which exporters do not do for weights.
	if (!dims?.every((dim) => dim > 0) || numbers(dims) !== numbers(weight.dims)) return undefined;
	return { ...weight, name: outputs[0]!, dims };
}

const numbers = (dims: readonly number[]) => dims.reduce((product, dim) => product * dim, 1);
