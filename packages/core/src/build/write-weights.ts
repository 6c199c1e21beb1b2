import { type FileHandle, open } from 'node:fs/promises';
import { toFloat16 } from '../checkpoints/float16.js';
import type { Checkpoint } from '../checkpoints/index.js';
import type { DecoderWeight, RotaryPart, WeightPart } from '../onnx/decoder/decoder-weights.js';
import { rotaryRows } from '../onnx/decoder/rotary-table.js';

/** Rows of a rotary table computed at a time. */
const TABLE_ROWS = 4096;

export interface WriteOptions {
	signal?: AbortSignal | undefined;
	/** Told of bytes written. */
	onBytes?: ((count: number) => void) | undefined;
}

/**
 * Writes each weight to the place that the graph gives it, piece by piece: what is held in memory does not grow with the model.
 * `places` are those of `weights`, in the same order.
 */
export async function writeWeights(
	path: string,
	checkpoint: Checkpoint,
	weights: readonly DecoderWeight[],
	places: readonly { offset: number }[],
	{ signal, onBytes }: WriteOptions,
): Promise<void> {
	const file = await open(path, 'wx');
	try {
		for (const [i, { type, parts }] of weights.entries()) {
			let at = places[i]!.offset;
			for (const part of parts) {
				for await (const numbers of numbersOf(part, checkpoint)) {
					signal?.throwIfAborted();
					const written = await writeAt(file, type === 'float16' ? toFloat16(numbers) : numbers, at);
					at += written;
					onBytes?.(written);
				}
			}
		}
		await file.sync();
	} finally {
		await file.close();
	}
}

async function* numbersOf(part: WeightPart | RotaryPart, checkpoint: Checkpoint): AsyncGenerator<Float32Array> {
	if ('tensor' in part) return yield* checkpoint.rows(part.tensor, part.dims);
	const { positions } = checkpoint.design;
	for (let start = 0; start < positions; start += TABLE_ROWS) {
		yield rotaryRows(part.rotary, part.table, start, Math.min(positions, start + TABLE_ROWS));
	}
}

async function writeAt(file: FileHandle, numbers: Float32Array | Uint16Array, position: number): Promise<number> {
	const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
	for (let done = 0; done < bytes.length; ) {
		done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
	}
	return bytes.length;
}
