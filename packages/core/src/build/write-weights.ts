import type { FileHandle } from 'node:fs/promises';
import { toFloat16 } from '../checkpoints/float16.js';
import type { Checkpoint } from '../checkpoints/index.js';
import type { DecoderWeight, RotaryPart, WeightPart } from '../onnx/decoder/decoder-weights.js';
import type { PlacedWeight } from '../onnx/decoder/place-weights.js';
import { rotaryRows } from '../onnx/decoder/rotary-table.js';
import { type QuantisedRows, quantiseRows, type Rounding } from '../quantisation/index.js';
import { checkScales, checkWeights } from './check-weights.js';
import { DataFiles } from './data-files.js';
import { isRepacked } from './quant.js';

/** Rows of a rotary table computed at a time. */
const TABLE_ROWS = 4096;

export interface WriteOptions {
	rounding: Rounding | undefined;
	signal?: AbortSignal | undefined;
	/** Told of bytes written. */
	onBytes?: ((count: number) => void) | undefined;
}

/**
 * Writes each weight to the places that the graph gives it in the files of `folder`, piece by piece: what is held in memory does
 * not grow with the model.
 * @throws SteeringError ERR_BAD_FILE for numbers that cannot be stored
 */
export async function writeWeights(
	folder: string,
	checkpoint: Checkpoint,
	placed: readonly PlacedWeight[],
	{ rounding = 'nearest', signal, onBytes }: WriteOptions,
): Promise<void> {
	const files = new DataFiles(folder);
	try {
		for (const { weight, places } of placed) {
			const ends = places.map(({ offset }) => offset);
			for await (const arrays of arraysOf(weight, checkpoint, rounding)) {
				signal?.throwIfAborted();
				for (const [i, array] of arrays.entries()) {
					await writeAt(await files.of(places[i]!.location), array, ends[i]!);
					ends[i]! += array.byteLength;
					onBytes?.(array.byteLength);
				}
			}
		}
		await files.sync();
	} finally {
		await files.close();
	}
}

type Bytes = Float32Array | Uint16Array | Uint8Array;

/** The arrays of a weight, some rows at a time. */
async function* arraysOf(weight: DecoderWeight, checkpoint: Checkpoint, rounding: Rounding): AsyncGenerator<Bytes[]> {
	const { stored, dims } = weight;
	for (const part of weight.parts) {
		if ('tensor' in part && isRepacked(checkpoint, weight, part.tensor)) {
			for await (const rows of checkpoint.quantised!.rows(part.tensor, part.dims)) {
				checkScales(rows.scales, checkpoint.path, part.tensor);
				yield inOrder(rows);
			}
			continue;
		}
		for await (const numbers of numbersOf(part, checkpoint)) {
			if ('tensor' in part) checkWeights(numbers, stored, checkpoint.path, part.tensor);
			if (stored === 'float32') yield [numbers];
			else if (stored === 'float16') yield [toFloat16(numbers)];
			else yield inOrder(quantiseRows(numbers, dims[1]!, stored, rounding));
		}
	}
}

/** As places are: see PlacedWeight. */
function inOrder({ codes, scales, zeroPoints }: QuantisedRows): Bytes[] {
	return [codes, scales, ...(zeroPoints ? [zeroPoints] : [])];
}

async function* numbersOf(part: WeightPart | RotaryPart, checkpoint: Checkpoint): AsyncGenerator<Float32Array> {
	if ('tensor' in part) return yield* checkpoint.rows(part.tensor, part.dims);
	const { positions } = checkpoint.design;
	for (let start = 0; start < positions; start += TABLE_ROWS) {
		yield rotaryRows(part.rotary, part.table, start, Math.min(positions, start + TABLE_ROWS));
	}
}

async function writeAt(file: FileHandle, array: Bytes, position: number): Promise<void> {
	const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
	for (let done = 0; done < bytes.length; ) {
		done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
	}
}
