import { intAttribute, makeNode } from './build-node.js';
import { FAN_OUT } from './fan-out.js';
import { DATA_TYPE, type OnnxModel } from './graph.js';

/**
 * What a run adds to the KV cache, float32 (caches * batch, heads, new tokens, headDim): layer 0's keys, its values, layer 1's keys, …
 * Layers below a fan-out give as many rows as they read.
 */
export const CACHE_NEW = 'cache.new';
/** Where the new tokens lie in each row that is read, int64 (batch, heads, new tokens, 1), as GatherND wants them. */
export const CACHE_POSITIONS = 'cache.positions';

const HEAD_DIMS = intAttribute('batch_dims', 2);
const FIRST_AXIS = intAttribute('axis', 0);

/**
 * Lets only the keys and values of new tokens out of a decoder, instead of the whole cache. Its past may then be a buffer of the
 * caller's with room at the end: onnxruntime-node copies each output into new memory, the whole cache at every token otherwise
 * (docs/decisions/cache-slices.md). Only where attention counts its past by itself (GroupQueryAttention): others read all of it.
 *
 * @param sharedLayers how many layers lie below a fan-out (fan-out.ts)
 * @returns false, and the model as it was, for another kind of attention
 */
export function sliceCache(model: OnnxModel, sharedLayers: number): boolean {
	const { graph } = model;
	if (!countsItsPast(model)) return false;
	const caches = graph.outputs.filter(({ name }) => name.startsWith('present.'));
	const [first] = caches;
	if (!first) return false;
	graph.outputs = graph.outputs.filter((output) => !caches.includes(output));
	const above = `${CACHE_POSITIONS}/rows`;
	if (sharedLayers > 0) {
		graph.nodes.push(makeNode('Gather', above, [CACHE_POSITIONS, FAN_OUT], [above], [FIRST_AXIS]));
	}
	const slices = cacheOrder(caches.length / 2).map((cache, i) => {
		const slice = `${CACHE_NEW}.${cache}`;
		const positions = sharedLayers > 0 && i >= 2 * sharedLayers ? above : CACHE_POSITIONS;
		graph.nodes.push(makeNode('GatherND', slice, [`present.${cache}`, positions], [slice], [HEAD_DIMS]));
		return slice;
	});
	graph.nodes.push(makeNode('Concat', CACHE_NEW, slices, [CACHE_NEW], [FIRST_AXIS]));
	const [, heads, , headDim] = first.shape as [unknown, number, unknown, number];
	graph.inputs.push({
		name: CACHE_POSITIONS,
		elemType: DATA_TYPE.int64,
		shape: ['batch_size', heads, 'sequence_length', 1],
	});
	const shape = ['batch_size_times_caches', heads, 'sequence_length', headDim];
	graph.outputs.push({ name: CACHE_NEW, elemType: first.elemType, shape });
	return true;
}

/** Whether all attention is `GroupQueryAttention`, which reads as much of a row's past as the row has tokens. */
export function countsItsPast({ graph }: OnnxModel): boolean {
	const readers = graph.nodes.filter((node) => node.inputs.some((name) => name.startsWith('past_key_values.')));
	return readers.every(({ opType }) => opType === 'GroupQueryAttention' || opType === 'Shape');
}

/** The caches' names, without what says whether they come in or out, in the order in which they lie in {@link CACHE_NEW}. */
export function cacheOrder(layers: number): string[] {
	return Array.from({ length: layers }, (_, layer) => [`${layer}.key`, `${layer}.value`]).flat();
}
