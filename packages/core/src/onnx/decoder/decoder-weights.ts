import { DATA_TYPE, type Initializer } from '../graph.js';
import type { DecoderDesign, StoredType } from './decoder-design.js';

/** A tensor of the checkpoint by its Hugging Face name, with the shape that the design asks of it. */
export interface WeightPart {
	readonly tensor: string;
	readonly dims: readonly number[];
}

/** Tables that are computed, (positions, headDim / 2). */
export interface RotaryPart {
	readonly rotary: 'cos' | 'sin';
}

/**
 * One weight of the graph, stacked of the rows of its parts. Matrices lie as checkpoints have them, (out, in), so that they can be
 * written row by row; the graph transposes them.
 */
export interface DecoderWeight {
	readonly name: string;
	readonly dims: readonly number[];
	readonly type: StoredType;
	readonly parts: readonly (WeightPart | RotaryPart)[];
}

/** All weights in the order in which the model reads them. Matrices are stored as `type`. */
export function decoderWeights(design: DecoderDesign, type: StoredType): DecoderWeight[] {
	const { width, hidden, heads, keyValueHeads, headDim, vocab, positions } = design;
	const matrix = (name: string, columns: number, parts: [tensor: string, rows: number][]): DecoderWeight => ({
		name,
		dims: [parts.reduce((sum, [, rows]) => sum + rows, 0), columns],
		type,
		parts: parts.map(([tensor, rows]) => ({ tensor, dims: [rows, columns] })),
	});
	const norm = (name: string, tensor: string): DecoderWeight => ({
		...{ name, dims: [width], type: 'float32' },
		parts: [{ tensor, dims: [width] }],
	});
	const table = (rotary: 'cos' | 'sin'): DecoderWeight => ({
		...{ name: `${rotary}_cache`, dims: [positions, headDim / 2], type: 'float32' },
		parts: [{ rotary }],
	});
	const layer = (index: number): DecoderWeight[] => {
		const at = `model.layers.${index}`;
		return [
			norm(`${at}.input_layernorm.weight`, `${at}.input_layernorm.weight`),
			matrix(`${at}.attn.qkv_proj.weight`, width, [
				[`${at}.self_attn.q_proj.weight`, heads * headDim],
				[`${at}.self_attn.k_proj.weight`, keyValueHeads * headDim],
				[`${at}.self_attn.v_proj.weight`, keyValueHeads * headDim],
			]),
			matrix(`${at}.attn.o_proj.weight`, heads * headDim, [[`${at}.self_attn.o_proj.weight`, width]]),
			norm(`${at}.post_attention_layernorm.weight`, `${at}.post_attention_layernorm.weight`),
			matrix(`${at}.mlp.gate_proj.weight`, width, [[`${at}.mlp.gate_proj.weight`, hidden]]),
			matrix(`${at}.mlp.up_proj.weight`, width, [[`${at}.mlp.up_proj.weight`, hidden]]),
			matrix(`${at}.mlp.down_proj.weight`, hidden, [[`${at}.mlp.down_proj.weight`, width]]),
		];
	};
	return [
		matrix(EMBEDDING, width, [[EMBEDDING, vocab]]),
		table('cos'),
		table('sin'),
		...Array.from({ length: design.layers }, (_, index) => layer(index)).flat(),
		norm(FINAL_NORM, FINAL_NORM),
		...(design.tied ? [] : [matrix(HEAD, width, [[HEAD, vocab]])]),
	];
}

export const EMBEDDING = 'model.embed_tokens.weight';
export const FINAL_NORM = 'model.norm.weight';
export const HEAD = 'lm_head.weight';

/** A page: onnxruntime maps weights into memory where they begin at one. */
const ALIGNMENT = 4096;
const ELEMENT = { float32: { bytes: 4, code: DATA_TYPE.float }, float16: { bytes: 2, code: DATA_TYPE.float16 } };

/** The weights as external data in `location`, one after the other. */
export function placeWeights(weights: readonly DecoderWeight[], location: string): Initializer[] {
	let end = 0;
	return weights.map(({ name, dims, type }) => {
		const { bytes, code } = ELEMENT[type];
		const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
		const length = dims.reduce((product, dim) => product * dim, bytes);
		end = offset + length;
		return { name, dims: [...dims], dataType: code, data: { kind: 'external', location, offset, length, rest: [] } };
	});
}
