import { quoted } from '../interchange/read-bounded.js';
import { preTokenizer } from './pre-tokenizers.js';
import type { TokenizerSource } from './tokenizer-source.js';

/**
 * A tokenizer as `tokenizer.json` of Hugging Face's tokenizers: byte-level BPE.
 * @throws SteeringError ERR_NOT_OFFERED for a rule of cutting text that is not known; a plain Error for merges of what is no token
 */
export function tokenizerJson(source: TokenizerSource): object {
	const { pre_tokenizer, normalizer, ignoreMerges } = preTokenizer(source.preTokenizer);
	const vocab = vocabOf(source.tokens);
	for (const merge of source.merges) checkMerge(merge, vocab);
	return {
		version: '1.0',
		truncation: null,
		padding: null,
		added_tokens: source.added.map(({ id, special }) => ({
			...{ id, content: source.tokens[id]!, single_word: false, lstrip: false, rstrip: false },
			...{ normalized: false, special },
		})),
		normalizer,
		pre_tokenizer,
		post_processor: postProcessor(source),
		decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
		model: {
			...{ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null },
			...{ fuse_unk: false, byte_fallback: false, ignore_merges: ignoreMerges },
			vocab: Object.fromEntries(vocab),
			merges: source.merges,
		},
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

/** Tokens are written without spaces, so that one parts the two; the library would fail at the first text instead. */
function checkMerge(merge: string, vocab: ReadonlyMap<string, number>): void {
	const [left, right, more] = merge.split(' ');
	const isMerge = left !== undefined && right !== undefined && more === undefined;
	if (isMerge && vocab.has(left) && vocab.has(right) && vocab.has(left + right)) return;
	throw new Error(`${quoted(merge)} is no merge of two of its tokens`);
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
