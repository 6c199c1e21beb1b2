import type { DecoderDesign } from '../onnx/decoder/decoder-design.js';
import type { BlockFormat, QuantisedRows } from '../quantisation/index.js';
import type { Architecture } from './architectures.js';

/** A model's numbers and words as some files hold them, whatever their format. */
export interface Checkpoint {
	/** Of the file or folder. */
	readonly path: string;
	/** The files whose bytes make the model what it is. */
	readonly sources: readonly string[];
	readonly architecture: Architecture;
	readonly design: DecoderDesign;
	/** What a user of the model should know. */
	readonly notes: readonly string[];
	/**
	 * Tokenizer and configuration as Hugging Face's files, by their names.
	 * @throws SteeringError ERR_BAD_FILE, ERR_NOT_OFFERED, ERR_MISSING_INPUT
	 */
	companions(): Promise<ReadonlyMap<string, string | Uint8Array>>;
	/**
	 * The numbers of a tensor by its Hugging Face name, row by row in float32, in pieces of bounded size: as they are multiplied,
	 * whatever the file makes of them (rows in another order, Gemma's norms less one).
	 * @throws SteeringError ERR_BAD_FILE when it is absent or of another shape
	 */
	rows(tensor: string, dims: readonly number[]): AsyncGenerator<Float32Array>;
	/** What is known of tensors in a file that may hold quantised ones. */
	readonly quantised?: QuantisedTensors | undefined;
	/** Tensors that are no part of the design: what would be left out of the graph. */
	unused(tensors: ReadonlySet<string>): string[];
	close(): Promise<void>;
}

/** Tensors of a file by their Hugging Face names, in the file's own quantisation. */
export interface QuantisedTensors {
	/** The file's name for how a tensor lies in it; undefined: in plain numbers. */
	typeOf(tensor: string): string | undefined;
	/** Blocks that a graph can have without a number changing; undefined: others, or none. */
	format(tensor: string): BlockFormat | undefined;
	/** Such blocks, row by row like `rows`, with the same errors. */
	rows(tensor: string, dims: readonly number[]): AsyncGenerator<QuantisedRows>;
}
