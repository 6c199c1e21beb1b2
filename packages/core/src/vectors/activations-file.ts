import { type Dtype, openSafetensors, type SafetensorsFile, writeSafetensors } from '../artifacts/index.js';
import { DTYPE_BYTES, toFloat32, viewAs } from '../artifacts/tensor.js';
import type { Activations, ChunkedRows } from '../erasure/index.js';
import { SteeringError } from '../errors/index.js';
import { MADE_BY, makeHint, remakeHint } from './made-by.js';
import { type Provenance, toMetadata } from './provenance.js';
import { parseProvenance } from './vector-file.js';

/** Bytes of a file that are in memory at once: few reads, and little beside the (width, width) matrices that fits make. */
const CHUNK_BYTES = 4 << 20;
const FLOATS: readonly Dtype[] = ['F64', 'F32', 'F16', 'BF16'];

/** Activations that stay in their file. */
export interface OpenActivations {
	/** Read in chunks, as float32, each time they are gone through: until `close`. */
	activations: ActivationChunks;
	provenance: Provenance;
	close(): Promise<void>;
}

export interface ActivationChunks extends ChunkedRows {
	chunks(): Iterable<Float32Array>;
}

export interface ReadOptions {
	/** The command that makes the file: errors name it. */
	command?: string | undefined;
	/** Bytes that are in memory at once, one row at least; default 4 MiB. */
	chunkBytes?: number | undefined;
}

/** Activations at the readout token, (examples, width) float32, in the order of the data set. */
export async function writeActivations(
	path: string,
	{ data, rows, width }: Activations,
	provenance: Provenance,
): Promise<void> {
	await writeSafetensors(path, { acts: { dtype: 'F32', shape: [rows, width], data } }, toMetadata(provenance));
}

/** All at once. Throws ERR_MISSING_INPUT and ERR_BAD_FILE, naming the `command` that makes the file. */
export async function readActivations(
	path: string,
	command = MADE_BY,
): Promise<{ activations: Activations; provenance: Provenance }> {
	const { activations, provenance, close } = await openActivations(path, { command });
	try {
		const { rows, width } = activations;
		const data = new Float32Array(rows * width);
		let done = 0;
		for (const chunk of activations.chunks()) {
			data.set(chunk, done);
			done += chunk.length;
		}
		return { activations: { data, rows, width }, provenance };
	} finally {
		await close();
	}
}

/** Without reading them. Throws as {@link readActivations}; going through a file that was cut meanwhile throws ERR_BAD_FILE. */
export async function openActivations(
	path: string,
	{ command = MADE_BY, chunkBytes = CHUNK_BYTES }: ReadOptions = {},
): Promise<OpenActivations> {
	const file = await openSafetensors(path, makeHint(command));
	try {
		const entry = file.entries.get('acts');
		if (entry?.shape.length !== 2 || !FLOATS.includes(entry.dtype)) {
			throw new SteeringError('ERR_BAD_FILE', `${path} holds no float tensor acts of shape (examples, width)`, {
				hint: remakeHint(command),
			});
		}
		const [rows, width] = entry.shape as [number, number];
		const chunks = () => readChunks(file, { dtype: entry.dtype, rows, width, chunkBytes });
		const provenance = parseProvenance(path, file.metadata, command);
		return { activations: { rows, width, name: path, chunks }, provenance, close: file.close };
	} catch (error) {
		await file.close();
		throw error;
	}
}

interface Chunking {
	dtype: Dtype;
	rows: number;
	width: number;
	chunkBytes: number;
}

function* readChunks(file: SafetensorsFile, { dtype, rows, width, chunkBytes }: Chunking): Generator<Float32Array> {
	const rowBytes = width * DTYPE_BYTES[dtype];
	const most = Math.max(1, Math.floor(chunkBytes / Math.max(rowBytes, 1)));
	for (let row = 0; row < rows; row += most) {
		const shape = [Math.min(most, rows - row), width];
		const bytes = file.readBytesSync('acts', row * rowBytes, shape[0]! * rowBytes);
		yield toFloat32({ dtype, shape, data: viewAs(dtype, bytes.buffer) })!;
	}
}
