import { Unsupported } from '../checkpoint-error.js';
import { addedTokens } from '../token-kinds.js';
import type { TokenizerSource } from '../tokenizer-source.js';
import type { GgufMetadata } from './gguf-metadata.js';

const KEY = 'tokenizer.ggml';
/** llama.cpp's names for the kinds of tokenizers that are read. */
const BYTE_LEVEL_BPE = 'gpt2';
const SENTENCEPIECE = 'llama';
/** llama.cpp's ids for SentencePiece where the file says nothing. */
const SENTENCEPIECE_IDS = { unknown: 0, bos: 1, eos: 2 };

/** The tokenizer that a GGUF file carries. Throws a plain Error that says what is missing or odd, an Unsupported for another kind. */
export function ggufTokenizer(metadata: GgufMetadata): TokenizerSource {
	const model = metadata.required(`${KEY}.model`, 'string');
	if (model === BYTE_LEVEL_BPE) return byteLevel(metadata);
	if (model === SENTENCEPIECE) return sentencePiece(metadata);
	throw new Unsupported(
		`its tokenizer is of kind ${model}, where ${BYTE_LEVEL_BPE} and ${SENTENCEPIECE} (SentencePiece) are known`,
	);
}

function byteLevel(metadata: GgufMetadata): TokenizerSource {
	const preTokenizer = metadata.optional(`${KEY}.pre`, 'string');
	if (preTokenizer === undefined) {
		throw new Unsupported(`it does not say how its tokenizer cuts text (${KEY}.pre), as files of before May 2024`);
	}
	const common = commonOf(metadata, { isSentencePiece: false });
	return { ...common, preTokenizer, merges: metadata.list(`${KEY}.merges`, 'string') };
}

function sentencePiece(metadata: GgufMetadata): TokenizerSource {
	if (metadata.optional(`${KEY}.remove_extra_whitespaces`, 'boolean')) {
		throw new Unsupported('its SentencePiece tokenizer removes spaces');
	}
	const common = commonOf(metadata, { isSentencePiece: true });
	const scores = metadata.list(`${KEY}.scores`, 'number');
	if (scores.length !== common.tokens.length) {
		throw new Error(`${common.tokens.length} tokens with ${scores.length} scores`);
	}
	return { ...common, scores, addsSpacePrefix: metadata.optional(`${KEY}.add_space_prefix`, 'boolean') ?? true };
}

function commonOf(metadata: GgufMetadata, { isSentencePiece }: { isSentencePiece: boolean }) {
	const tokens = metadata.list(`${KEY}.tokens`, 'string');
	const types = metadata.list(`${KEY}.token_type`, 'number');
	if (types.length !== tokens.length) throw new Error(`${tokens.length} tokens with ${types.length} types`);
	const id = (name: string) => metadata.id(`${KEY}.${name}_token_id`, tokens.length);
	const usual: Partial<typeof SENTENCEPIECE_IDS> = isSentencePiece ? SENTENCEPIECE_IDS : {};
	return {
		tokens,
		added: addedTokens(types, { unknown: isSentencePiece }),
		...{ bos: id('bos') ?? usual.bos, eos: id('eos') ?? usual.eos },
		...{ unknown: id('unknown') ?? usual.unknown, padding: id('padding') },
		endOfTurn: ['eot', 'eom'].flatMap((name) => id(name) ?? []),
		addsBos: metadata.optional(`${KEY}.add_bos_token`, 'boolean') ?? isSentencePiece,
		chatTemplate: metadata.optional('tokenizer.chat_template', 'string'),
	};
}
