import type { DecoderDesign } from '../../onnx/decoder/decoder-design.js';
import { architectureOf } from '../architectures.js';
import type { Checkpoint } from '../checkpoint.js';
import { checkpointError } from '../checkpoint-error.js';
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
	return {
		...{ path, architecture, design, tokenizer },
		rows: (tensor, dims) => rows(path, file, tensor, dims, architecture.ggufRotatesNeighbours ? design.headDim : 0),
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
	try {
		const name = ggufName(tensor);
		requireShape(file, name, dims);
		const isPaired = pairedHeads > 0 && ROTATED.test(tensor);
		for await (const piece of file.rows(name, isPaired ? pairedHeads : 1)) {
			yield isPaired ? rotaryHalves(piece, pairedHeads, dims[1]!) : piece;
		}
	} catch (cause) {
		throw checkpointError(path, cause);
	}
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
