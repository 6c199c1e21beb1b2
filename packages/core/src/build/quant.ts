import type { Checkpoint, QuantisedTensors } from '../checkpoints/index.js';
import { SteeringError } from '../errors/index.js';
import type { Stored } from '../onnx/decoder/decoder-design.js';
import type { DecoderWeight, Matrix } from '../onnx/decoder/decoder-weights.js';
import { isWholeBlocks, ROUNDINGS, type Rounding } from '../quantisation/index.js';

/**
 * How matrices are stored: `auto` in the file's own blocks where a graph can have them as they are, else in float16; `none` in
 * float32; `f16` in float16; `q8` in 8 bits; `q4` in 4 bits, embedding and head in 8.
 */
export const QUANTS = ['auto', 'none', 'f16', 'q8', 'q4'] as const;
export type Quant = (typeof QUANTS)[number];

/** How weights are stored where nothing else is asked for. */
export const DEFAULT_QUANT: Quant = 'auto';

/** Whether blocks have zero points: `symmetric` has none. */
export const SCHEMES = ['asymmetric', 'symmetric'] as const;
export type Scheme = (typeof SCHEMES)[number];

export interface QuantOptions {
	/** Default: `auto`. */
	quant?: Quant | undefined;
	/** Of `q4` and `q8` only, where numbers are quantised anew. Default: asymmetric. */
	scheme?: Scheme | undefined;
	/** Of `q4` and `q8` only. Default: search. */
	rounding?: Rounding | undefined;
}

/** What an option that is left out means; those that do not apply are absent. */
export interface QuantSettings {
	readonly quant: Quant;
	readonly scheme?: Scheme;
	readonly rounding?: Rounding;
}

/** Throws ERR_USAGE for options that `quant` has no use for. */
export function quantSettings({ quant = DEFAULT_QUANT, scheme, rounding }: QuantOptions): QuantSettings {
	if (quant === 'q4' || quant === 'q8') {
		return { quant, scheme: scheme ?? SCHEMES[0], rounding: rounding ?? ROUNDINGS[0] };
	}
	if (scheme === undefined && rounding === undefined) return { quant };
	throw new SteeringError(
		'ERR_USAGE',
		`--${scheme ? 'scheme' : 'rounding'} says how to quantise, which --quant ${quant} does not`,
		{
			hint: 'leave it out, or take --quant q4 or q8',
		},
	);
}

/** How a matrix of the checkpoint is stored. */
export function storedOf({ quantised }: Checkpoint, { quant, scheme }: QuantSettings, matrix: Matrix): Stored {
	if (quant === 'none') return 'float32';
	// Rows that end within a block are in no format of all operators.
	if (quant === 'f16' || !isWholeBlocks(matrix.dims[1]!)) return 'float16';
	const own = commonFormat(quantised, matrix);
	if (quant === 'auto') return own ?? 'float16';
	const bits = quant === 'q4' && !matrix.isEnd ? 4 : 8;
	if (own && own.bits <= bits) return own;
	return { bits, zeroPoints: scheme === 'asymmetric' };
}

/** The format of the file's own blocks, if all parts have the same. */
function commonFormat(quantised: QuantisedTensors | undefined, { parts }: Matrix) {
	const formats = parts.map(({ tensor }) => quantised?.format(tensor));
	return formats.every((format) => format?.bits === formats[0]?.bits) ? formats[0] : undefined;
}

/** Whether a part of a weight lies in the file in the blocks in which it is to be stored. */
export function isRepacked({ quantised }: Checkpoint, { stored }: DecoderWeight, tensor: string): boolean {
	const own = quantised?.format(tensor);
	return typeof stored === 'object' && own?.bits === stored.bits && own.zeroPoints === stored.zeroPoints;
}
