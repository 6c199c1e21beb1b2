import { quoted } from '../interchange/read-bounded.js';
import { preTokenizer } from './pre-tokenizers.js';
import type { ByteLevelSource } from './tokenizer-source.js';

/** The parts of `tokenizer.json` that make it byte-level BPE. Throws what {@link tokenizerJson} throws. */
export function byteLevelParts(source: ByteLevelSource, vocab: ReadonlyMap<string, number>): object {
	const { pre_tokenizer, normalizer, ignoreMerges } = preTokenizer(source.preTokenizer);
	for (const merge of source.merges) checkMerge(merge, vocab);
	return {
		normalizer,
		pre_tokenizer,
		decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
		model: {
			...{ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null },
			...{ fuse_unk: false, byte_fallback: false, ignore_merges: ignoreMerges },
			vocab: Object.fromEntries(vocab),
			merges: source.merges,
		},
	};
}

/** Tokens are written without spaces, so that one parts the two; the library would fail at the first text instead. */
function checkMerge(merge: string, vocab: ReadonlyMap<string, number>): void {
	const [left, right, more] = merge.split(' ');
	const isMerge = left !== undefined && right !== undefined && more === undefined;
	if (isMerge && vocab.has(left) && vocab.has(right) && vocab.has(left + right)) return;
	throw new Error(`${quoted(merge)} is no merge of two of its tokens`);
}
