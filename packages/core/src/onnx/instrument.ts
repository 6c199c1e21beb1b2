import { SteeringError } from '../errors/index.js';
import { intAttribute, makeNode } from './build-node.js';
import { sliceCache } from './cache-slice.js';
import { fanOut } from './fan-out.js';
import { DATA_TYPE, type GraphNode, type OnnxModel, producers } from './graph.js';
import { type HookPoint, hookName, hookOrder } from './hook-point.js';
import { type InterventionForm, interventionNodes } from './intervention-nodes.js';
import { pruneGraph } from './prune.js';
import { findResidualStream, type ResidualStream, type ResidualWrite } from './residual-stream.js';
import { addTopLogits } from './top-logits.js';

/** What an instrumented graph takes and gives beyond the plain one. */
export interface Instrumentation {
	interventions: { point: HookPoint; form: InterventionForm }[];
	/** Activations that come out: `capture.NAME`, (batch, readout, width), before an intervention at the same point. */
	capture: HookPoint[];
	/** Whether logits come out, (batch, readout, vocab). Without, the head and all layers after the last capture are cut off. */
	logits: boolean;
}

/** The positions at which logits and captures are read, int64 (batch, readout, 1), as GatherND wants them. */
export const READOUT_INPUT = 'readout.positions';

export function captureOutput(point: HookPoint): string {
	return `capture.${hookName(point)}`;
}

/** GatherND within each row: indices (batch, readout, 1) into (batch, position, width) give (batch, readout, width). */
const BATCH_DIMS = intAttribute('batch_dims', 1);

/** A decoder's residual stream, and how many of its layers rows with the same prompt may share: see fan-out.ts. */
export interface Instrumented extends ResidualStream {
	sharedLayers: number;
}

/**
 * Rewrites a decoder so that activations come out and interventions go in. The model is changed in place; weights are not
 * touched. Throws ERR_UNSUPPORTED_GRAPH for a graph without a residual stream, ERR_USAGE for a layer that it does not have.
 */
export function instrument(model: OnnxModel, wanted: Instrumentation): Instrumented {
	const stream = findResidualStream(model);
	const sharedLayers = shareBelow(model, stream, wanted);
	const surgeon = new Surgeon(model, stream);
	for (const { tensor, stages } of stagesByTensor(stream, wanted)) {
		surgeon.openTensor(tensor, stages);
	}
	surgeon.readout(wanted.logits, sharedLayers);
	surgeon.prune(wanted);
	return { ...stream, sharedLayers };
}

/** Rows differ from the first intervention on; captures are of every row, wherever they are. */
function shareBelow(model: OnnxModel, stream: ResidualStream, { interventions, capture }: Instrumentation): number {
	if (interventions.length === 0 || capture.length > 0) return 0;
	const writes = interventions.map(({ point }) => hookTensor(stream, point).write);
	if (writes.includes(undefined)) return 0;
	return fanOut(model, stream, Math.min(...writes.map((write) => stream.writes.indexOf(write!))));
}

/**
 * Puts interventions alone into a decoder, for other programs than this one to run: masks of zeros leave every logit as it was to
 * the last bit. The same errors as {@link instrument}.
 */
export function addInterventions(model: OnnxModel, interventions: Instrumentation['interventions']): void {
	const stream = findResidualStream(model);
	const surgeon = new Surgeon(model, stream);
	for (const { tensor, stages } of stagesByTensor(stream, { interventions, capture: [], logits: true })) {
		surgeon.openTensor(tensor, stages);
	}
}

type InterventionStage = { kind: 'intervene'; point: HookPoint; form: InterventionForm };
type Stage = { kind: 'capture'; point: HookPoint } | InterventionStage;

/** The tensor that a hook point lies on: resid_post of a layer and resid_pre of the next are the same one. */
interface HookTensor {
	/** The write whose sum or branch it is; undefined for the embedding. */
	write: ResidualWrite | undefined;
	part: 'embedding' | 'branch' | 'sum';
}

function hookTensor(stream: ResidualStream, point: HookPoint): HookTensor {
	const { layer, site } = point;
	if (!Number.isInteger(layer) || layer < 0 || layer >= stream.layers) {
		throw new SteeringError('ERR_USAGE', `there is no layer ${layer}: this model has ${stream.layers} layers`, {
			hint: `use 0 to ${stream.layers - 1}`,
		});
	}
	const attention = stream.writes[2 * layer];
	const mlp = stream.writes[2 * layer + 1];
	if (site === 'attn_out') return { write: attention, part: 'branch' };
	if (site === 'resid_mid') return { write: attention, part: 'sum' };
	if (site === 'mlp_out') return { write: mlp, part: 'branch' };
	if (site === 'resid_post') return { write: mlp, part: 'sum' };
	return layer === 0 ? { write: undefined, part: 'embedding' } : { write: stream.writes[2 * layer - 1], part: 'sum' };
}

function stagesByTensor(stream: ResidualStream, wanted: Instrumentation): { tensor: HookTensor; stages: Stage[] }[] {
	const all: Stage[] = [
		...wanted.capture.map((point): Stage => ({ kind: 'capture', point })),
		...wanted.interventions.map(({ point, form }): Stage => ({ kind: 'intervene', point, form })),
	];
	// A stable sort: at one point, captures stay before interventions.
	all.sort((a, b) => hookOrder(a.point) - hookOrder(b.point));
	const groups = new Map<string, { tensor: HookTensor; stages: Stage[] }>();
	for (const stage of all) {
		const tensor = hookTensor(stream, stage.point);
		const key = `${tensor.part} ${tensor.write ? stream.writes.indexOf(tensor.write) : ''}`;
		const group = groups.get(key);
		if (group) group.stages.push(stage);
		else groups.set(key, { tensor, stages: [stage] });
	}
	return [...groups.values()];
}

class Surgeon {
	readonly #model: OnnxModel;
	readonly #stream: ResidualStream;

	constructor(model: OnnxModel, stream: ResidualStream) {
		this.#model = model;
		this.#stream = stream;
	}

	/** Puts the stages between the node that makes a tensor and everybody who reads it. */
	openTensor({ write, part }: HookTensor, stages: Stage[]): void {
		if (part === 'sum' && write!.fused) {
			this.#openFusedSum(write!, stages);
			return;
		}
		const name =
			part === 'embedding'
				? this.#stream.writes[0]!.streamIn
				: part === 'branch'
					? write!.branch
					: write!.node.outputs[0]!;
		const producer = producers(this.#model.graph).get(name)!;
		const last = lastIntervention(stages);
		// The producer gives up its name: every reader sees the last stage's tensor, and only the stages see the others.
		let current = last === -1 ? name : `${name}/unsteered`;
		producer.outputs = producer.outputs.map((output) => (output === name ? current : output));
		const nodes: GraphNode[] = [];
		for (const [i, stage] of stages.entries()) {
			if (stage.kind === 'capture') nodes.push(this.#captureNode(stage.point, current));
			else {
				const next = i === last ? name : `${name}/steered_${i}`;
				const { delta, nodes: made } = this.#deltaNodes(stage, current);
				nodes.push(...made, makeNode('Add', `${delta}/add`, [current, delta], [next]));
				current = next;
			}
		}
		this.#insert(producer, 1, nodes);
	}

	/**
	 * A fused norm adds and norms in one node, and an intervention on the sum must reach the norm too. So the sum is made before
	 * it, and the node adds the last change instead: the norm is computed by the same kernel, and a change of zero leaves every
	 * bit as it was. The node keeps its place in the file, which is the topological order.
	 */
	#openFusedSum({ node }: ResidualWrite, stages: Stage[]): void {
		while (node.outputs.length < 4) node.outputs.push('');
		node.outputs[3] ||= `${node.outputs[0]}/residual_sum`;
		const sum = node.outputs[3];
		const last = lastIntervention(stages);
		const before: GraphNode[] = [];
		const after: GraphNode[] = [];
		let current = last === -1 ? sum : `${sum}/unsteered`;
		if (last !== -1) before.push(...this.#plainSum(node, current));
		for (const [i, stage] of stages.entries()) {
			if (stage.kind === 'capture') (i < last ? before : after).push(this.#captureNode(stage.point, current));
			else {
				const { delta, nodes } = this.#deltaNodes(stage, current);
				before.push(...nodes);
				if (i === last) {
					node.inputs = [current, delta, node.inputs[2]!];
					current = sum;
				} else {
					before.push(makeNode('Add', `${delta}/add`, [current, delta], [`${sum}/steered_${i}`]));
					current = `${sum}/steered_${i}`;
				}
			}
		}
		this.#insert(node, 1, after);
		this.#insert(node, 0, before);
	}

	/** What a fused norm adds up, by itself: the stream, the sub-layer's output and, where there is one, a bias. */
	#plainSum({ name, inputs }: GraphNode, sum: string): GraphNode[] {
		const [stream, branch, , bias] = inputs as [string, string, string, string | undefined];
		if (!bias) return [makeNode('Add', `${name}/sum`, [stream, branch], [sum])];
		const biased = `${branch}/biased`;
		return [
			makeNode('Add', `${name}/bias`, [branch, bias], [biased]),
			makeNode('Add', `${name}/sum`, [stream, biased], [sum]),
		];
	}

	/** Reads logits at the readout positions only: the head is the largest product of a small model. */
	readout(logits: boolean, sharedLayers: number): void {
		this.#model.graph.inputs.push({
			name: READOUT_INPUT,
			elemType: DATA_TYPE.int64,
			shape: ['batch_size', 'readout', 1],
		});
		if (!logits) return;
		const { node, input } = this.#stream.head;
		const gathered = 'readout.activations';
		node.inputs = node.inputs.map((name, i) => (i === 0 ? gathered : name));
		const at = this.#model.graph.nodes.indexOf(node);
		this.#model.graph.nodes.splice(at, 0, gatherAtReadout(input, gathered));
		const output = this.#model.graph.outputs.find(({ name }) => name === 'logits')!;
		output.shape = ['batch_size', 'readout', output.shape.at(-1)!];
		addTopLogits(this.#model);
		sliceCache(this.#model, sharedLayers);
	}

	/** Drops what nothing asked for depends on. */
	prune({ logits, capture }: Instrumentation): void {
		const { graph } = this.#model;
		const captures = new Set(capture.map(captureOutput));
		if (!logits) graph.outputs = graph.outputs.filter(({ name }) => captures.has(name));
		pruneGraph(graph);
	}

	#insert(node: GraphNode, offset: 0 | 1, nodes: GraphNode[]): void {
		this.#model.graph.nodes.splice(this.#model.graph.nodes.indexOf(node) + offset, 0, ...nodes);
	}

	#captureNode(point: HookPoint, tensor: string): GraphNode {
		const name = captureOutput(point);
		const shape = ['batch_size', 'readout', this.#stream.width];
		this.#model.graph.outputs.push({ name, elemType: DATA_TYPE.float, shape });
		return gatherAtReadout(tensor, name);
	}

	#deltaNodes({ point, form }: InterventionStage, before: string): { delta: string; nodes: GraphNode[] } {
		const { delta, nodes, inputs } = interventionNodes(point, form, before, this.#stream.width);
		this.#model.graph.inputs.push(...inputs);
		return { delta, nodes };
	}
}

function lastIntervention(stages: Stage[]): number {
	return stages.findLastIndex((stage) => stage.kind === 'intervene');
}

function gatherAtReadout(tensor: string, output: string): GraphNode {
	return makeNode('GatherND', `${output}/gather`, [tensor, READOUT_INPUT], [output], [BATCH_DIMS]);
}
