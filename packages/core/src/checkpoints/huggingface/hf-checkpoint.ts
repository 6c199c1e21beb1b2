import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '../../datasets/text-file.js';
import type { DecoderDesign } from '../../onnx/decoder/decoder-design.js';
import { EMBEDDING, HEAD } from '../../onnx/decoder/decoder-weights.js';
import { type Architecture, architectureOf } from '../architectures.js';
import type { Checkpoint } from '../checkpoint.js';
import { checkpointError, Unsupported } from '../checkpoint-error.js';
import { checkpointFiles } from '../find-checkpoint.js';
import { storedRows } from '../stacked-rows.js';
import { hasChatTemplate, hfCompanions, MAX_CONFIG_BYTES } from './hf-companions.js';
import { hfDesign } from './hf-design.js';
import { HfTensors } from './hf-tensors.js';
import { textName } from './text-names.js';

const KIND = 'a Hugging Face model';
const configSchema = z.looseObject({
	model_type: z.string(),
	quantization_config: z.unknown().optional(),
	text_config: z.looseObject({ model_type: z.string() }).optional(),
});
/** Old files of Llama hold these, which are computed. */
const COMPUTED = /\.self_attn\.rotary_emb\.inv_freq$/;
const NORM = /norm\.weight$/;

/**
 * Opens a folder as Hugging Face's transformers saves models: config.json, safetensors in one file or several, tokenizer.json.
 * Headers, shapes and tokenizer are read, numbers stay on disk.
 * @throws SteeringError ERR_MISSING_INPUT, ERR_BAD_FILE, ERR_NOT_OFFERED for what is not known
 */
export async function openHuggingFace(folder: string): Promise<Checkpoint> {
	const config = await readJsonFile(join(folder, 'config.json'), configSchema, {
		...{ maxBytes: MAX_CONFIG_BYTES, hint: 'a Hugging Face folder has one' },
	});
	const { text_config: text = config } = config;
	const architecture = architectureOf('modelType', text.model_type, folder);
	const { design, notes } = orError(folder, () => {
		if (config.quantization_config) throw new Unsupported('its weights are quantised (quantization_config)');
		return hfDesign(architecture, text);
	});
	const companions = await hfCompanions(folder);
	const tensors = await HfTensors.open(folder, text === config ? undefined : textName).catch((cause) => {
		throw checkpointError(folder, KIND, cause);
	});
	return {
		...{ path: folder, architecture, design },
		sources: checkpointFiles(folder),
		notes: [...notes, ...(text === config ? [] : [TEXT_ONLY]), ...(hasChatTemplate(companions) ? [] : [NO_TEMPLATE])],
		companions: async () => companions,
		rows: (tensor, dims) => rows(folder, tensors, tensor, dims, { architecture, design }),
		unused: (used) => {
			const known = new Set([...used].map((tensor) => storedRows(tensor, 1, architecture.stacked, design).tensor));
			// transformers ties them whatever the file has.
			if (known.has(EMBEDDING) && design.tied) known.add(HEAD);
			return [...tensors.names()].filter((name) => !known.has(name) && !COMPUTED.test(name));
		},
		close: () => tensors.close(),
	};
}

const TEXT_ONLY = 'the model also reads images: its language model alone is built';
const NO_TEMPLATE = 'the folder has no chat template: steering needs one, in chat_template.jinja beside tokenizer.json';

async function* rows(
	folder: string,
	tensors: HfTensors,
	tensor: string,
	dims: readonly number[],
	{ architecture, design }: { architecture: Architecture; design: DecoderDesign },
): AsyncGenerator<Float32Array> {
	try {
		const stored = storedRows(tensor, dims[0]!, architecture.stacked, design);
		const plusOne = architecture.gemma && NORM.test(tensor);
		for await (const piece of tensors.rows(stored.tensor, dims, stored.start, stored.rows)) {
			yield plusOne ? piece.map((weight) => weight + 1) : piece;
		}
	} catch (cause) {
		throw checkpointError(folder, KIND, cause);
	}
}

function orError<T>(folder: string, work: () => T): T {
	try {
		return work();
	} catch (cause) {
		throw checkpointError(folder, KIND, cause);
	}
}
