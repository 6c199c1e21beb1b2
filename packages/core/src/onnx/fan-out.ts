import { intAttribute, makeNode } from './build-node.js';
import { DATA_TYPE, type GraphNode, type OnnxGraph, type OnnxModel, producers } from './graph.js';
import type { ResidualStream } from './residual-stream.js';

/** Which row of the layers below each row of the layers above reads, int64 (batch). */
export const FAN_OUT = 'rows.source';

/** Operands of onnxruntime's operators that are the same for all rows: the total length, and the rotary tables. */
const WITHOUT_ROWS: Record<string, readonly number[]> = { GroupQueryAttention: [6, 7, 8], RotaryEmbedding: [2, 3] };
/** Operands that have a number or a list of them for each row: lengths of the sequences, positions of their tokens. */
const WITH_ROWS: Record<string, readonly number[]> = { GroupQueryAttention: [5], RotaryEmbedding: [1] };
const ROWS = intAttribute('axis', 0);

/**
 * Lets rows that differ from a write to the residual stream on share everything below: a prompt's tokens go through the layers
 * before the first intervention once, and there become a row for each vector. The stream and the sub-layer's output are gathered
 * by {@link FAN_OUT} where they are added; with the row numbers in order the graph is what it was to the last bit.
 *
 * @param at index into `stream.writes`, whose names are changed along with the graph
 * @returns how many layers' caches lie below, 0 when the graph does not allow it (values of unknown shape go past the write, as
 * the masks of plain attention do): the model is then as it was
 */
export function fanOut({ graph }: OnnxModel, stream: ResidualStream, at: number): number {
	const write = stream.writes[at]!;
	const above = descendants(graph, write.node);
	const crossing = crossings(graph, above);
	if (!crossing) return 0;
	const gathered = new Map<string, string>();
	for (const name of [write.streamIn, write.branch, ...crossing]) gathered.set(name, `${name}/rows`);
	for (const node of above) node.inputs = node.inputs.map((name) => gathered.get(name) ?? name);
	const made = producers(graph);
	for (const [name, rows] of gathered) {
		const place = graph.nodes.indexOf(made.get(name)!) + 1;
		graph.nodes.splice(place, 0, makeNode('Gather', rows, [name, FAN_OUT], [rows], [ROWS]));
	}
	graph.inputs.push({ name: FAN_OUT, elemType: DATA_TYPE.int64, shape: ['steer_batch'] });
	write.streamIn = gathered.get(write.streamIn)!;
	write.branch = gathered.get(write.branch)!;
	return Math.floor(at / 2) + 1;
}

function descendants(graph: OnnxGraph, first: GraphNode): Set<GraphNode> {
	const reached = new Set([first]);
	const names = new Set(first.outputs.filter((name) => name !== ''));
	// Exporters list nodes in the order of computation, but nothing is lost where one does not.
	for (let found = 0; found !== reached.size; ) {
		found = reached.size;
		for (const node of graph.nodes) {
			if (reached.has(node) || !node.inputs.some((name) => names.has(name))) continue;
			reached.add(node);
			for (const name of node.outputs) if (name !== '') names.add(name);
		}
	}
	return reached;
}

/** What nodes above read from below and has rows, the write's own operands left out; undefined when that cannot be told. */
function crossings(graph: OnnxGraph, above: ReadonlySet<GraphNode>): Set<string> | undefined {
	const [write] = above;
	const made = producers(graph);
	const constant = constants(graph);
	const found = new Set<string>();
	for (const node of above) {
		for (const [i, name] of node.inputs.entries()) {
			if (name === '' || constant.has(name) || above.has(made.get(name)!) || node === write) continue;
			if (name.startsWith('past_key_values.') || WITHOUT_ROWS[node.opType]?.includes(i)) continue;
			if (!WITH_ROWS[node.opType]?.includes(i)) return undefined;
			found.add(name);
		}
	}
	return found;
}

/** Weights, and what is computed from nothing else. */
function constants(graph: OnnxGraph): Set<string> {
	const names = new Set(graph.initializers.map(({ name }) => name));
	for (const node of graph.nodes) {
		if (node.inputs.every((name) => name === '' || names.has(name))) for (const name of node.outputs) names.add(name);
	}
	return names;
}
