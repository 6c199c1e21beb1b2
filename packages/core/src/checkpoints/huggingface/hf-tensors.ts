import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { openSafetensors, type SafetensorsFile } from '../../artifacts/index.js';
import { readJsonFile } from '../../datasets/text-file.js';
import { SteeringError } from '../../errors/index.js';
import { quoted } from '../../interchange/read-bounded.js';
import { Unsupported } from '../checkpoint-error.js';
import { dequantise, type GgmlType, ggmlType } from '../ggml-types.js';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
/** Files that an index names; the largest models come in fewer than 200. */
const MAX_SHARDS = 4096;
/** A line for each tensor: less than a megabyte for the largest dense models. */
const MAX_INDEX_BYTES = 16 * 1024 * 1024;
/** Tensors are read in pieces of about this many numbers. */
const PIECE = 1 << 20;

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });
/** The same bits as ggml's types of these numbers. */
const TYPES: Readonly<Record<string, GgmlType>> = { F32: ggmlType(0), F16: ggmlType(1), BF16: ggmlType(30) };

/** The safetensors files of a folder, open. Its methods throw SteeringErrors of the files, and plain Errors. */
export class HfTensors {
	readonly #tensors: ReadonlyMap<string, StoredTensor>;
	readonly #files: readonly SafetensorsFile[];

	private constructor(tensors: ReadonlyMap<string, StoredTensor>, files: readonly SafetensorsFile[]) {
		this.#tensors = tensors;
		this.#files = files;
	}

	/**
	 * @param nameOf what a tensor is called here, or undefined where it is no part of the language model
	 * @throws SteeringError ERR_MISSING_INPUT, ERR_BAD_FILE
	 */
	static async open(folder: string, nameOf: (name: string) => string | undefined = (name) => name): Promise<HfTensors> {
		// The one file wins, as in transformers.
		const isSharded = !existsSync(join(folder, SINGLE)) && existsSync(join(folder, INDEX));
		const places = isSharded ? await placesOf(folder) : undefined;
		const opened: SafetensorsFile[] = [];
		try {
			const files = new Map<string, SafetensorsFile>();
			for (const name of places ? [...new Set(places.values())].sort() : [SINGLE]) {
				const file = await openSafetensors(join(folder, name), hint);
				opened.push(file);
				for (const tensor of file.entries.keys()) addOnce(files, tensor, file);
			}
			for (const [tensor, file] of places ?? []) {
				if (basename(files.get(tensor)?.path ?? '') === file) continue;
				throw new Error(`${INDEX} has ${quoted(tensor)} in ${quoted(file)}, which has no such tensor`);
			}
			return new HfTensors(renamed(files, nameOf), opened);
		} catch (error) {
			for (const file of opened) await file.close();
			throw error;
		}
	}

	names(): IterableIterator<string> {
		return this.#tensors.keys();
	}

	/** Numbers of `dims[0]` rows from `start` on, of a tensor of `rows` rows. */
	async *rows(tensor: string, dims: readonly number[], start: number, rows: number): AsyncGenerator<Float32Array> {
		const stored = this.#tensors.get(tensor);
		if (stored === undefined) throw new Error(`it has no ${tensor}`);
		const { file, name } = stored;
		const { dtype, shape } = file.entries.get(name)!;
		const type = TYPES[dtype];
		if (type === undefined) {
			throw new Unsupported(`${tensor} is ${dtype}; tensors are read as ${Object.keys(TYPES).join(', ')}`);
		}
		const wanted = [rows, ...dims.slice(1)];
		if (shape.length !== wanted.length || shape.some((dim, i) => dim !== wanted[i])) {
			throw new Error(`${tensor} is [${shape}], where [${wanted}] is wanted`);
		}
		const rowBytes = wanted.slice(1).reduce((product, dim) => product * dim, type.bytes);
		const end = (start + dims[0]!) * rowBytes;
		for (let at = start * rowBytes; at < end; at += PIECE * type.bytes) {
			yield dequantise(type, await file.readBytes(name, at, Math.min(PIECE * type.bytes, end - at)));
		}
	}

	async close(): Promise<void> {
		for (const file of this.#files) await file.close();
	}
}

const hint = 'a Hugging Face folder has model.safetensors, or several files and model.safetensors.index.json';

/** Files by tensor. */
async function placesOf(folder: string): Promise<Map<string, string>> {
	const path = join(folder, INDEX);
	const { weight_map } = await readJsonFile(path, indexSchema, { maxBytes: MAX_INDEX_BYTES });
	const places = new Map(Object.entries(weight_map));
	const names = new Set(places.values());
	if (names.size > MAX_SHARDS) throw new Error(`${INDEX} names ${names.size} files`);
	for (const name of names) {
		// Anything else would read from elsewhere on the disk (CWE-22).
		if (/^[\w.-]+\.safetensors$/.test(name) && basename(name) === name) continue;
		throw new SteeringError('ERR_BAD_FILE', `${path} names ${quoted(name)}, which is no .safetensors file beside it`);
	}
	return places;
}

interface StoredTensor {
	readonly file: SafetensorsFile;
	/** In the file. */
	readonly name: string;
}

function renamed(
	files: ReadonlyMap<string, SafetensorsFile>,
	nameOf: (name: string) => string | undefined,
): Map<string, StoredTensor> {
	const tensors = new Map<string, StoredTensor>();
	for (const [name, file] of files) {
		const known = nameOf(name);
		if (known === undefined) continue;
		if (tensors.has(known)) throw new Error(`it has ${quoted(known)} twice, once as ${quoted(name)}`);
		tensors.set(known, { file, name });
	}
	return tensors;
}

function addOnce(files: Map<string, SafetensorsFile>, tensor: string, file: SafetensorsFile): void {
	const first = files.get(tensor);
	if (first) throw new Error(`${quoted(tensor)} is in ${basename(first.path)} and in ${basename(file.path)}`);
	files.set(tensor, file);
}
