import type { DecoderDesign } from '../onnx/decoder/decoder-design.js';

/** Where the rows of a tensor lie in a file: in a tensor of their own, or (Phi-3) below those of others. */
export interface StoredRows {
	readonly tensor: string;
	readonly start: number;
	/** Of the tensor that they are part of. */
	readonly rows: number;
}

/** @param rows of `tensor` itself */
export function storedRows(tensor: string, rows: number, isStacked: boolean, design: DecoderDesign): StoredRows {
	const [, at, part, kind] = /^(.*)\.(q_proj|k_proj|v_proj|gate_proj|up_proj)\.(\w+)$/.exec(tensor) ?? [];
	if (!isStacked || part === undefined) return { tensor, start: 0, rows };
	const { heads, keyValueHeads, headDim, hidden } = design;
	const [q, kv] = [heads * headDim, keyValueHeads * headDim];
	const qkv = { tensor: `${at}.qkv_proj.${kind}`, rows: q + 2 * kv };
	const gateUp = { tensor: `${at}.gate_up_proj.${kind}`, rows: 2 * hidden };
	if (part === 'q_proj') return { ...qkv, start: 0 };
	if (part === 'k_proj') return { ...qkv, start: q };
	if (part === 'v_proj') return { ...qkv, start: q + kv };
	return { ...gateUp, start: part === 'gate_proj' ? 0 : hidden };
}
