import { intAttribute, makeNode } from './build-node.js';
import { DATA_TYPE, type OnnxModel } from './graph.js';

/** How many logits are wanted of each position, int64 (1). */
export const TOP_COUNT = 'top.count';
/** The largest logits of each position, float32 (batch, readout, count), largest first; of equal ones the lower id comes first. */
export const TOP_LOGITS = 'top.logits';
/** Their token ids, int64 (batch, readout, count). */
export const TOP_IDS = 'top.ids';

/** Sampling reads 50 numbers a row: the other logits need not leave the graph. */
export function addTopLogits({ graph }: OnnxModel): void {
	const attributes = [intAttribute('axis', -1), intAttribute('largest', 1), intAttribute('sorted', 1)];
	graph.nodes.push(makeNode('TopK', 'top', ['logits', TOP_COUNT], [TOP_LOGITS, TOP_IDS], attributes));
	graph.inputs.push({ name: TOP_COUNT, elemType: DATA_TYPE.int64, shape: [1] });
	const shape = ['batch_size', 'readout', 'top_count'];
	graph.outputs.push(
		{ name: TOP_LOGITS, elemType: DATA_TYPE.float, shape },
		{ name: TOP_IDS, elemType: DATA_TYPE.int64, shape: [...shape] },
	);
}
