import type { DecoderDesign, Stored } from './decoder-design.js';

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

/** All weights in the order in which the model reads them, matrices stored as `storedOf` decides. */
export function decoderWeights(design: DecoderDesign, storedOf: (matrix: Matrix) => Stored): DecoderWeight[] {
	const { width, hidden, heads, keyValueHeads, headDim, vocab, positions } = design;
	const matrix = (name: string, columns: number, parts: [tensor: string, rows: number][]): DecoderWeight => {
		const isLookedUp = name === EMBEDDING;
		const isMultiplied = !isLookedUp || design.tied;
		const dims = [parts.reduce((sum, [, rows]) => sum + rows, 0), columns];
		const ofRows = parts.map(([tensor, rows]) => ({ tensor, dims: [rows, columns] }));
		const stored = storedOf({ dims, parts: ofRows, isEnd: isLookedUp || name === HEAD });
		return { name, dims, stored, isLookedUp, isMultiplied, parts: ofRows };
	};
	const plain = { stored: 'float32', isLookedUp: false, isMultiplied: false } as const;
	const norm = (name: string, tensor: string): DecoderWeight => ({
		...{ name, dims: [width], ...plain },
		parts: [{ tensor, dims: [width] }],
	});
	const table = (rotary: 'cos' | 'sin'): DecoderWeight => ({
		...{ name: `${rotary}_cache`, dims: [positions, headDim / 2], ...plain },
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
