import type { DecoderDesign, Rotary, Stored } from './decoder-design.js';

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
	readonly stored: Stored;
	/** Whether token ids look up its rows. */
	readonly isLookedUp: boolean;
	/** Whether activations are multiplied by it. */
	readonly isMultiplied: boolean;
	readonly parts: readonly (WeightPart | RotaryPart)[];
}

/** A matrix of the graph whose storage is to be decided; the embedding and the head are the `ends`. */
export interface Matrix {
	readonly dims: readonly number[];
	readonly parts: readonly WeightPart[];
	readonly isEnd: boolean;
}

type StoredOf = (matrix: Matrix) => Stored;

/** All weights in the order in which the model reads them, matrices stored as `storedOf` decides. */
export function decoderWeights(design: DecoderDesign, storedOf: StoredOf): DecoderWeight[] {
	const { width, vocab, local } = design;
	return [
		{ ...matrix(EMBEDDING, storedOf, width, [[EMBEDDING, vocab]]), isLookedUp: true, isMultiplied: design.tied },
		...tables(design, '', design.rotary),
		...(local?.rotary ? tables(design, LOCAL, local.rotary) : []),
		...Array.from({ length: design.layers }, (_, index) => layerWeights(design, storedOf, index)).flat(),
		vector(FINAL_NORM, [[FINAL_NORM, width]]),
		...(design.tied ? [] : [matrix(HEAD, storedOf, width, [[HEAD, vocab]])]),
	];
}

function layerWeights(design: DecoderDesign, storedOf: StoredOf, index: number): DecoderWeight[] {
	const { width, hidden, heads, keyValueHeads, headDim, biases } = design;
	const at = `model.layers.${index}`;
	const norm = (name: string, length = width) => vector(`${at}.${name}.weight`, [[`${at}.${name}.weight`, length]]);
	/** `parts`: the checkpoint's projections and their rows. */
	const projection = (name: string, columns: number, isBiased: boolean, parts: [name: string, rows: number][]) => {
		const of = (kind: string) => parts.map(([part, rows]): [string, number] => [`${at}.${part}.${kind}`, rows]);
		const weight = matrix(`${at}.${name}.weight`, storedOf, columns, of('weight'));
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
	storedOf: StoredOf,
	columns: number,
	parts: [tensor: string, rows: number][],
): DecoderWeight {
	const dims = [parts.reduce((sum, [, rows]) => sum + rows, 0), columns];
	const ofRows = parts.map(([tensor, rows]) => ({ tensor, dims: [rows, columns] }));
	const stored = storedOf({ dims, parts: ofRows, isEnd: name === EMBEDDING || name === HEAD });
	return { ...{ name, dims, stored, parts: ofRows }, isLookedUp: false, isMultiplied: true };
}

const PLAIN = { stored: 'float32', isLookedUp: false, isMultiplied: false } as const;

/** Norms and biases stay in float32: they are few, and rounding one moves a whole column. */
function vector(name: string, parts: [tensor: string, length: number][]): DecoderWeight {
	return {
		...{ name, ...PLAIN },
		dims: [parts.reduce((sum, [, length]) => sum + length, 0)],
		parts: parts.map(([tensor, length]) => ({ tensor, dims: [length] })),
	};
}

function tables({ positions }: DecoderDesign, prefix: string, rotary: Rotary): DecoderWeight[] {
	return (['cos', 'sin'] as const).map((table) => ({
		...{ name: `${prefix}${table}_cache`, dims: [positions, rotary.frequencies.length], ...PLAIN },
		parts: [{ table, rotary }],
	}));
}

/** Before the names of the tables that local layers have of their own. */
export const LOCAL = 'local_';
export const EMBEDDING = 'model.embed_tokens.weight';
export const FINAL_NORM = 'model.norm.weight';
export const HEAD = 'lm_head.weight';
