/**
 * Puts the rows of each head back into the order of the checkpoint: llama.cpp's conversion lays them out in rotary pairs
 * (0, half, 1, half + 1, …), that its kernel may rotate neighbours. `rows` is (heads headDim, width bytes), whole
 * heads; a new array.
 * @see https://github.com/ggml-org/llama.cpp/blob/master/convert_hf_to_gguf.py (LlamaModel.permute)
 */
export function rotaryHalves(rows: Uint8Array, headDim: number, width: number): Uint8Array {
	const result = new Uint8Array(rows.length);
	const half = headDim / 2;
	for (let row = 0; row * width < rows.length; row++) {
		const inHead = row % headDim;
		const from = row - inHead + (inHead % half) * 2 + Math.floor(inHead / half);
		result.set(rows.subarray(from * width, (from + 1) * width), row * width);
	}
	return result;
}
