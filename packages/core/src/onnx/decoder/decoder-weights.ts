import { DATA_TYPE, type Initializer } from '../graph.js';
import type { DecoderDesign, Rotary, StoredType } from './decoder-design.js';

/** A tensor of the checkpoint by its Hugging Face name, with the shape that the design asks of it. */
export interface WeightPart {
	readonly tensor: string;
	readonly dims: readonly number[];
}

/** Tables that are computed, (positions, frequencies). */
export interface RotaryPart {
	readonly table: 'cos' | 'sin';
	readonly rotary: Rotary;
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
	const { width, vocab, local } = design;
	return [
		matrix(EMBEDDING, type, width, [[EMBEDDING, vocab]]),
		...tables(design, '', design.rotary),
		...(local?.rotary ? tables(design, LOCAL, local.rotary) : []),
		...Array.from({ length: design.layers }, (_, index) => layerWeights(design, type, index)).flat(),
		vector(FINAL_NORM, [[FINAL_NORM, width]]),
		...(design.tied ? [] : [matrix(HEAD, type, width, [[HEAD, vocab]])]),
	];
}

function layerWeights(design: DecoderDesign, type: StoredType, index: number): DecoderWeight[] {
	const { width, hidden, heads, keyValueHeads, headDim, biases } = design;
	const at = `model.layers.${index}`;
	const norm = (name: string, length = width) => vector(`${at}.${name}.weight`, [[`${at}.${name}.weight`, length]]);
	/** `parts`: the checkpoint's projections and their rows. */
	const projection = (name: string, columns: number, isBiased: boolean, parts: [name: string, rows: number][]) => {
		const of = (kind: string) => parts.map(([part, rows]): [string, number] => [`${at}.${part}.${kind}`, rows]);
		const weight = matrix(`${at}.${name}.weight`, type, columns, of('weight'));
		return isBiased ? [weight, vector(`${at}.${name}.bias`, of('bias'))] : [weight];
	};
	const mlp = (name: string, columns: number, rows: number) =>
		projection(`mlp.${name}`, columns, biases.has('mlp'), [[`mlp.${name}`, rows]]);
	return [
		norm('input_layernorm'),
		...projection('attn.qkv_proj', width, biases.has('qkv'), [
			['self_attn.q_proj', heads * headDim],
			['self_attn.k_proj', keyValueHeads * headDim],
			['self_attn.v_proj', keyValueHeads * headDim],
		]),
		...(design.headNorms ? [norm('self_attn.q_norm', headDim), norm('self_attn.k_norm', headDim)] : []),
		...projection('attn.o_proj', heads * headDim, biases.has('o'), [['self_attn.o_proj', width]]),
		...layerNorms(design).map((name) => norm(name)),
		...mlp('gate_proj', width, hidden),
		...mlp('up_proj', width, hidden),
		...mlp('down_proj', hidden, width),
	];
}

/** Norms of a layer but the first, by Hugging Face's names: `post_attention_layernorm` is before the MLP unless branches are normed. */
function layerNorms({ branchNorms }: DecoderDesign): string[] {
	if (!branchNorms) return ['post_attention_layernorm'];
	return ['post_attention_layernorm', 'pre_feedforward_layernorm', 'post_feedforward_layernorm'];
}

function matrix(
	name: string,
	type: StoredType,
	columns: number,
	parts: [tensor: string, rows: number][],
): DecoderWeight {
	return {
		...{ name, type },
		dims: [parts.reduce((sum, [, rows]) => sum + rows, 0), columns],
		parts: parts.map(([tensor, rows]) => ({ tensor, dims: [rows, columns] })),
	};
}

/** Norms and biases stay in float32: they are few, and rounding one moves a whole column. */
function vector(name: string, parts: [tensor: string, length: number][]): DecoderWeight {
	return {
		...{ name, type: 'float32' },
		dims: [parts.reduce((sum, [, length]) => sum + length, 0)],
		parts: parts.map(([tensor, length]) => ({ tensor, dims: [length] })),
	};
}

function tables({ positions }: DecoderDesign, prefix: string, rotary: Rotary): DecoderWeight[] {
	return (['cos', 'sin'] as const).map((table) => ({
		...{ name: `${prefix}${table}_cache`, dims: [positions, rotary.frequencies.length], type: 'float32' },
		parts: [{ table, rotary }],
	}));
}

/** Before the names of the tables that local layers have of their own. */
export const LOCAL = 'local_';
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
