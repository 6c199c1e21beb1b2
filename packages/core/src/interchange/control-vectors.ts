import { writeFileAtomic } from '../artifacts/index.js';
import { SteeringError } from '../errors/index.js';
import { align, GGUF_MAGIC, GGUF_STRING, GGUF_UINT32, type GgufTensor, parseGgufHeader } from './gguf-header.js';
import type { Notes } from './notes.js';
import { parseFile, quoted, readBounded } from './read-bounded.js';

/**
 * Vectors to be added to the residual stream after decoder layers, as llama.cpp (`--control-vector`) and repeng exchange them.
 *
 * `direction.N` is added to the output of decoder layer N, counted from 0 as everywhere here: there is no shift. Layer 0 cannot
 * be steered, so N begins at 1.
 * - llama.cpp: common_control_vector_load puts direction.N at place N - 1 of its data ("layer 1 at [0]") and refuses N = 0;
 *   llama_adapter_cvec::apply fills tensors[il] from place il - 1 ("there's never a tensor for layer 0"), and build_cvec adds
 *   tensors[il] to the output of layer il, after the MLP. (common/common.cpp, src/llama-adapter.cpp, src/models)
 * - repeng: export_gguf writes directions[N] as direction.N, read from hidden_states[N + 1] and added after layers[N], which
 *   are both the output of layer N. (repeng/extract.py, repeng/control.py)
 */
export interface ControlVectors {
	/** Decoder layer -> (width) float32; all of one width. */
	directions: ReadonlyMap<number, Float32Array>;
	/** The model they are for, in the writer's words; both readers only compare or print it. */
	modelHint: string;
	/** Written as keys `steering.NAME`, which other readers pass over. */
	notes: Notes;
}

/** A hundred layers of width 32768 are 13 MB: a file beyond this is a model. */
export const MAX_CONTROL_VECTOR_BYTES = 1 << 28;
export const FIRST_LAYER = 1;

const KIND = 'a GGUF control vector';
const ARCHITECTURE = 'controlvector';
const NOTES_PREFIX = 'steering.';
const NOTE_TYPES = new Set(['string', 'number']);
const FLOAT32 = 0;
const DIRECTION = /^direction\.([1-9]\d{0,5})$/;

/** @throws SteeringError ERR_MISSING_INPUT; ERR_BAD_FILE naming what is refused */
export async function readControlVectors(path: string): Promise<ControlVectors> {
	const bytes = await readBounded(path, KIND, MAX_CONTROL_VECTOR_BYTES);
	return parseFile(path, KIND, () => decode(bytes));
}

function decode(bytes: Uint8Array): ControlVectors {
	const { values, tensors, dataStart } = parseGgufHeader(bytes);
	const architecture = values.get('general.architecture');
	if (architecture !== ARCHITECTURE) throw new Error(`its architecture is ${quoted(String(architecture))}`);
	const data = bytes.subarray(dataStart);
	const total = [...tensors.values()].reduce((sum, { shape }) => sum + 4 * (shape[0] ?? 0), 0);
	// Directions that lie over each other would make much of little.
	if (total > data.length) throw new Error(`directions of ${total} bytes in ${data.length} bytes of data`);
	const directions = new Map<number, Float32Array>();
	for (const [name, tensor] of tensors) directions.set(layerOf(name), vectorOf(name, tensor, data));
	const widths = new Set([...directions.values()].map(({ length }) => length));
	if (widths.size !== 1) throw new Error(widths.size === 0 ? 'it has no directions' : 'its directions differ in width');
	const notes = [...values].filter(([key, value]) => key.startsWith(NOTES_PREFIX) && NOTE_TYPES.has(typeof value));
	return {
		directions: new Map([...directions].sort(([a], [b]) => a - b)),
		modelHint: String(values.get(`${ARCHITECTURE}.model_hint`) ?? ''),
		notes: Object.fromEntries(notes.map(([key, value]) => [key.slice(NOTES_PREFIX.length), String(value)])),
	};
}

function layerOf(name: string): number {
	const layer = DIRECTION.exec(name)?.[1];
	if (layer === undefined) throw new Error(`tensor ${quoted(name)} is no direction.N with N from ${FIRST_LAYER}`);
	return Number(layer);
}

function vectorOf(name: string, { type, shape, offset }: GgufTensor, data: Uint8Array): Float32Array {
	if (type !== FLOAT32 || shape.length !== 1) throw new Error(`${name} is not a vector of float32`);
	const end = offset + 4 * shape[0]!;
	if (!(end <= data.length)) throw new Error(`${name} ends at byte ${end} of ${data.length} bytes of data`);
	const vector = new Float32Array(data.slice(offset, end).buffer);
	if (vector.length === 0 || !vector.every(Number.isFinite)) throw new Error(`${name} holds no finite numbers`);
	return vector;
}

/**
 * Writes control vectors as llama.cpp and repeng read them; the bytes depend on the arguments alone.
 * @throws SteeringError ERR_USAGE for layer 0, or vectors of different widths
 */
export async function writeControlVectors(path: string, control: ControlVectors): Promise<void> {
	const directions = [...control.directions].sort(([a], [b]) => a - b);
	checkDirections(directions);
	const header: Uint8Array[] = [
		Buffer.from(GGUF_MAGIC),
		uint32(3),
		uint64(directions.length),
		...keys(control, directions.length),
	];
	let offset = 0;
	const data: Uint8Array[] = [];
	for (const [layer, vector] of directions) {
		header.push(string(`direction.${layer}`), uint32(1), uint64(vector.length), uint32(FLOAT32), uint64(offset));
		data.push(padded(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)));
		offset += data.at(-1)!.length;
	}
	await writeFileAtomic(path, [padded(Buffer.concat(header)), ...data]);
}

function checkDirections(directions: readonly [number, Float32Array][]): void {
	if (directions.length === 0) throw new SteeringError('ERR_USAGE', 'a control vector needs at least one layer');
	if (directions[0]![0] < FIRST_LAYER) {
		throw new SteeringError(
			'ERR_USAGE',
			'a GGUF control vector cannot hold layer 0: llama.cpp steers from layer 1 on',
			{
				hint: 'leave it out by naming the others with --layer',
			},
		);
	}
	const [[, { length: width }]] = directions as [[number, Float32Array]];
	if (directions.every(([, vector]) => vector.length === width)) return;
	throw new SteeringError('ERR_MISMATCH', 'vectors of different widths do not go into one control vector', {
		hint: 'convert the vectors of one model at a time',
	});
}

/** The count of keys, and the keys: those of repeng, then the notes by name. */
function keys({ modelHint, notes }: ControlVectors, layers: number): Uint8Array[] {
	const sorted = Object.entries(notes).sort(([a], [b]) => (a < b ? -1 : 1));
	const texts: [string, string][] = [
		['general.architecture', ARCHITECTURE],
		[`${ARCHITECTURE}.model_hint`, modelHint],
		...sorted.map(([name, value]): [string, string] => [NOTES_PREFIX + name, value]),
	];
	return [
		uint64(texts.length + 1),
		...texts.flatMap(([key, value]) => [string(key), uint32(GGUF_STRING), string(value)]),
		...[string(`${ARCHITECTURE}.layer_count`), uint32(GGUF_UINT32), uint32(layers)],
	];
}

function padded(bytes: Uint8Array): Uint8Array {
	return Buffer.concat([bytes], align(bytes.length));
}

function string(text: string): Uint8Array {
	const bytes = Buffer.from(text);
	return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Uint8Array {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}

function uint64(value: number): Uint8Array {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(BigInt(value));
	return bytes;
}
