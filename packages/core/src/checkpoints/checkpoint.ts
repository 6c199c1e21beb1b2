import type { DecoderDesign } from '../onnx/decoder/decoder-design.js';
import type { Architecture } from './architectures.js';
import type { TokenizerSource } from './tokenizer-source.js';

/** A model's numbers and words as some file holds them, whatever its format. */
export interface Checkpoint {
	readonly path: string;
	readonly architecture: Architecture;
	readonly design: DecoderDesign;
	readonly tokenizer: TokenizerSource;
	/**
	 * The numbers of a tensor by its Hugging Face name, row by row in float32, in pieces of bounded size.
	 * @throws SteeringError ERR_BAD_FILE when it is absent or of another shape
	 */
	rows(tensor: string, dims: readonly number[]): AsyncGenerator<Float32Array>;
	/** Tensors that are no part of the design: what would be left out of the graph. */
	unused(tensors: ReadonlySet<string>): string[];
	close(): Promise<void>;
}
