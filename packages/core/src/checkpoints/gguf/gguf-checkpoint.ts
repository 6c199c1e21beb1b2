import type { DecoderDesign } from '../../onnx/decoder/decoder-design.js';
import type { QuantisedRows } from '../../quantisation/index.js';
import { architectureOf } from '../architectures.js';
import type { Checkpoint, QuantisedTensors } from '../checkpoint.js';
import { checkpointError } from '../checkpoint-error.js';
import { graphFormat, repack } from '../ggml-repack.js';
import { dequantise } from '../ggml-types.js';
import { ggufDesign } from './gguf-design.js';
import { GgufFile } from './gguf-file.js';
import { GgufMetadata } from './gguf-metadata.js';
import { ggufName, ROPE_FACTORS } from './gguf-names.js';
import { ggufTokenizer } from './gguf-tokenizer.js';
import { rotaryHalves } from './rotary-rows.js';

const ROTATED = /\.self_attn\.[qk]_proj\.weight$/;

/**
 * Opens a GGUF file as a checkpoint: header, shapes and tokenizer are read, numbers stay on disk.
 * @throws SteeringError ERR_MISSING_INPUT, ERR_BAD_FILE, ERR_NOT_OFFERED for what is not known
 */
export async function openGguf(path: string): Promise<Checkpoint> {
	const file = await orCheckpointError(path, () => GgufFile.open(path));
	try {
		return await orCheckpointError(path, () => checkpointOf(path, file));
	} catch (error) {
		await file.close();
		throw error;
	}
}

async function checkpointOf(path: string, file: GgufFile): Promise<Checkpoint> {
	const { tensors, values } = file.header;
	const metadata = new GgufMetadata(values);
	const name = metadata.required('general.architecture', 'string');
	const architecture = architectureOf(name, path);
	const tokenizer = ggufTokenizer(metadata);
	const plain = ggufDesign(metadata, name, tensors);
	if (tokenizer.tokens.length !== plain.vocab) {
		throw new Error(`${tokenizer.tokens.length} tokens for an embedding of ${plain.vocab}`);
	}
	const design: DecoderDesign = { ...plain, ropeFactors: await ropeFactors(file, plain.headDim / 2) };
	const pairedHeads = architecture.ggufRotatesNeighbours ? design.headDim : 0;
	return {
		...{ path, architecture, design, tokenizer },
		rows: (tensor, dims) => rows(path, file, tensor, dims, pairedHeads),
		quantised: ggufQuantised(file, (tensor, dims) => blockRows(path, file, tensor, dims, pairedHeads)),
		unused: (used) => {
			const known = new Set([...[...used].map(ggufName), ROPE_FACTORS]);
			return [...tensors.keys()].filter((tensor) => !known.has(tensor));
		},
		close: () => file.close(),
	};
}

async function* rows(
	path: string,
	file: GgufFile,
	tensor: string,
	dims: readonly number[],
	pairedHeads: number,
): AsyncGenerator<Float32Array> {
	for await (const bytes of orderedBytes(path, file, tensor, dims, pairedHeads)) {
		yield dequantise(file.typeOf(ggufName(tensor))!, bytes);
	}
}

async function* blockRows(
	path: string,
	file: GgufFile,
	tensor: string,
	dims: readonly number[],
	pairedHeads: number,
): AsyncGenerator<QuantisedRows> {
	for await (const bytes of orderedBytes(path, file, tensor, dims, pairedHeads)) {
		yield repack(file.typeOf(ggufName(tensor))!, bytes);
	}
}

/** Whole rows as they lie in the file, those of q and k in the order of the checkpoint. */
async function* orderedBytes(
	path: string,
	file: GgufFile,
	tensor: string,
	dims: readonly number[],
	pairedHeads: number,
): AsyncGenerator<Uint8Array> {
	try {
		const name = ggufName(tensor);
		requireShape(file, name, dims);
		const isPaired = pairedHeads > 0 && ROTATED.test(tensor);
		const { block, bytes: blockBytes } = file.typeOf(name)!;
		for await (const piece of file.bytes(name, isPaired ? pairedHeads : 1)) {
			yield isPaired ? rotaryHalves(piece, pairedHeads, (dims[1]! / block) * blockBytes) : piece;
		}
	} catch (cause) {
		throw checkpointError(path, cause);
	}
}

function ggufQuantised(file: GgufFile, rows: QuantisedTensors['rows']): QuantisedTensors {
	const typeOf = (tensor: string) => file.typeOf(ggufName(tensor));
	return {
		typeOf: (tensor) => {
			const type = typeOf(tensor);
			return type !== undefined && type.block > 1 ? type.name : undefined;
		},
		format: (tensor) => {
			const type = typeOf(tensor);
			return type && graphFormat(type);
		},
		rows,
	};
}

/** GGUF counts axes from the fastest. */
function requireShape(file: GgufFile, name: string, dims: readonly number[]): void {
	const shape = file.header.tensors.get(name)?.shape;
	if (shape === undefined) throw new Error(`it has no ${name}`);
	const found = shape.toReversed();
	if (found.length !== dims.length || found.some((dim, i) => dim !== dims[i])) {
		throw new Error(`${name} is [${found}], where [${dims}] is wanted`);
	}
}

async function ropeFactors(file: GgufFile, length: number): Promise<Float32Array | undefined> {
	if (!file.header.tensors.has(ROPE_FACTORS)) return undefined;
	requireShape(file, ROPE_FACTORS, [length]);
	for await (const factors of file.rows(ROPE_FACTORS, 1)) {
		if (factors.every((factor) => factor > 0)) return factors;
	}
	throw new Error(`${ROPE_FACTORS} has factors that are not positive`);
}

async function orCheckpointError<T>(path: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (cause) {
		throw checkpointError(path, cause);
	}
}
