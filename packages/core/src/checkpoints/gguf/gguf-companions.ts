import type { DecoderDesign } from '../../onnx/decoder/decoder-design.js';
import type { Architecture } from '../architectures.js';
import { generationConfig, modelConfig } from '../model-config.js';
import { tokenizerConfig, tokenizerJson } from '../tokenizer-json.js';
import type { TokenizerSource } from '../tokenizer-source.js';

/** Tokenizer and configuration of a GGUF file as Hugging Face's files. Throws what tokenizerJson throws. */
export function ggufCompanions(
	architecture: Architecture,
	design: DecoderDesign,
	tokenizer: TokenizerSource,
): ReadonlyMap<string, string> {
	const files = {
		'tokenizer.json': tokenizerJson(tokenizer),
		'tokenizer_config.json': tokenizerConfig(tokenizer, design.positions),
		'config.json': modelConfig(architecture, design, tokenizer),
		'generation_config.json': generationConfig(tokenizer),
	};
	return new Map(Object.entries(files).map(([name, value]) => [name, JSON.stringify(value, undefined, 2)]));
}
