import type { DecoderDesign } from '../../onnx/decoder/decoder-design.js';
import { architectureOf } from '../architectures.js';
import type { Checkpoint } from '../checkpoint.js';
import { checkpointError, Unsupported } from '../checkpoint-error.js';
import { graphFormat, repack } from '../ggml-repack.js';
import { dequantise } from '../ggml-types.js';
import { storedRows } from '../stacked-rows.js';
import { ggufCompanions } from './gguf-companions.js';
import { ggufFacts } from './gguf-design.js';
import { GgufFile } from './gguf-file.js';
import { GgufMetadata } from './gguf-metadata.js';
import { ggufName, LONG_ROPE_FACTORS, ROPE_FACTORS } from './gguf-names.js';
import { ggufRotary } from './gguf-rotary.js';
import { ggufTokenizer } from './gguf-tokenizer.js';
import { rotaryHalves } from './rotary-rows.js';

const KIND = 'a GGUF model';
const ROTATED = /\.self_attn\.[qk]_proj\.(weight|bias)$/;
const NO_TEMPLATE = 'the file has no chat template: steering needs one, in chat_template.jinja beside tokenizer.json';

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
	const parts = metadata.optional('split.count', 'number') ?? 1;
	if (parts > 1) throw new Unsupported(`it is one of ${parts} parts, which llama-gguf-split --merge joins`);
	const architecture = architectureOf('gguf', metadata.required('general.architecture', 'string'), path);
	const tokenizer = ggufTokenizer(metadata);
	const facts = ggufFacts(metadata, architecture, tensors);
	if (tokenizer.tokens.length !== facts.design.vocab) {
		throw new Error(`${tokenizer.tokens.length} tokens for an embedding of ${facts.design.vocab}`);
	}
	const design: DecoderDesign = { ...facts.design, ...(await ggufRotary(file, metadata, architecture.gguf, facts)) };
	const nameOf = (tensor: string) => ggufName(storedRows(tensor, 1, architecture.stacked, design).tensor, architecture);
	const typeOf = (tensor: string) => file.typeOf(nameOf(tensor));
	/** Whole rows as they lie in the file, those of q and k in the order of the checkpoint. */
	async function* orderedBytes(tensor: string, dims: readonly number[]): AsyncGenerator<Uint8Array> {
		try {
			const { start, rows } = storedRows(tensor, dims[0]!, architecture.stacked, design);
			file.requireShape(nameOf(tensor), [rows, ...dims.slice(1)]);
			const paired = architecture.ggufRotatesNeighbours && ROTATED.test(tensor) ? design.headDim : 0;
			const { block, bytes } = typeOf(tensor)!;
			for await (const piece of file.bytes(nameOf(tensor), paired || 1, start, dims[0])) {
				yield paired ? rotaryHalves(piece, paired, ((dims[1] ?? 1) / block) * bytes) : piece;
			}
		} catch (cause) {
			throw checkpointError(path, KIND, cause);
		}
	}
	return {
		...{ path, sources: [path], architecture, design },
		notes: [
			...(tokenizer.chatTemplate === undefined ? [NO_TEMPLATE] : []),
			...(design.positions < facts.design.positions
				? [
						`texts of up to ${design.positions} tokens, of the model's ${facts.design.positions}: LongRoPE's other half is not built`,
					]
				: []),
		],
		companions: () => orCheckpointError(path, async () => ggufCompanions(architecture, design, tokenizer)),
		async *rows(tensor, dims) {
			for await (const bytes of orderedBytes(tensor, dims)) yield dequantise(typeOf(tensor)!, bytes);
		},
		quantised: {
			typeOf: (tensor) => {
				const type = typeOf(tensor);
				return type !== undefined && type.block > 1 ? type.name : undefined;
			},
			format: (tensor) => {
				const type = typeOf(tensor);
				return type && graphFormat(type);
			},
			async *rows(tensor, dims) {
				for await (const bytes of orderedBytes(tensor, dims)) yield repack(typeOf(tensor)!, bytes);
			},
		},
		unused: (used) => {
			const known = new Set([...[...used].map(nameOf), ROPE_FACTORS, ...Object.values(LONG_ROPE_FACTORS)]);
			return [...tensors.keys()].filter((tensor) => !known.has(tensor));
		},
		close: () => file.close(),
	};
}

async function orCheckpointError<T>(path: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (cause) {
		throw checkpointError(path, KIND, cause);
	}
}
