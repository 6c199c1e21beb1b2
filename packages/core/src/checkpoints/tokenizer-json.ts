import { quoted } from '../interchange/read-bounded.js';
import { byteLevelParts } from './byte-level-bpe.js';
import { sentencePieceParts } from './sentencepiece-bpe.js';
import type { TokenizerSource } from './tokenizer-source.js';

/**
 * A tokenizer as `tokenizer.json` of Hugging Face's tokenizers: byte-level BPE, or SentencePiece's.
 * @throws SteeringError ERR_NOT_OFFERED for a rule of cutting text that is not known; a plain Error for merges of what is no token
 */
export function tokenizerJson(source: TokenizerSource): object {
	const vocab = vocabOf(source.tokens);
	return {
		version: '1.0',
		truncation: null,
		padding: null,
		added_tokens: source.added.map(({ id, special }) => ({
			...{ id, content: source.tokens[id]!, single_word: false, lstrip: false, rstrip: false },
			...{ normalized: false, special },
		})),
		post_processor: postProcessor(source),
		...('scores' in source ? sentencePieceParts(source, vocab) : byteLevelParts(source, vocab)),
	};
}

/** `tokenizer_config.json`: special tokens and the chat template. */
export function tokenizerConfig(source: TokenizerSource, positions: number): object {
	const token = (id: number | undefined) => (id === undefined ? null : source.tokens[id]!);
	return {
		tokenizer_class: 'PreTrainedTokenizerFast',
		clean_up_tokenization_spaces: false,
		add_bos_token: source.addsBos,
		bos_token: token(source.bos),
		eos_token: token(source.eos),
		unk_token: token(source.unknown),
		pad_token: token(source.padding),
		model_max_length: positions,
		...(source.chatTemplate === undefined ? {} : { chat_template: source.chatTemplate }),
	};
}

function vocabOf(tokens: readonly string[]): Map<string, number> {
	const vocab = new Map(tokens.map((token, id) => [token, id]));
	if (vocab.size === tokens.length) return vocab;
	const twice = tokens.find((token, id) => vocab.get(token) !== id)!;
	throw new Error(`token ${quoted(twice)} occurs twice`);
}

function postProcessor({ addsBos, bos, tokens }: TokenizerSource): object | null {
	if (!addsBos || bos === undefined) return null;
	const content = tokens[bos]!;
	const special = { SpecialToken: { id: content, type_id: 0 } };
	const sequence = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
	return {
		type: 'TemplateProcessing',
		single: [special, sequence('A', 0)],
		pair: [special, sequence('A', 0), sequence('B', 1)],
		special_tokens: { [content]: { id: content, ids: [bos], tokens: [content] } },
	};
}
