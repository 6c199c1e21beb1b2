import { Unsupported } from './checkpoint-error.js';
import type { SentencePieceSource } from './tokenizer-source.js';

/** SentencePiece's visible space. */
const SPACE = '▁';

/**
 * The parts of `tokenizer.json` that make it SentencePiece's BPE, as transformers' conversion writes them.
 * @see https://github.com/huggingface/transformers/blob/v4.43.3/src/transformers/convert_slow_tokenizer.py (LlamaConverter)
 */
export function sentencePieceParts(source: SentencePieceSource, vocab: ReadonlyMap<string, number>): object {
	const { addsSpacePrefix, tokens, unknown, scores } = source;
	for (let byte = 0; byte < 256; byte++) requireByte(byte, vocab);
	const replace = (from: string, to: string) => ({ type: 'Replace', pattern: { String: from }, content: to });
	const prepend = addsSpacePrefix ? [{ type: 'Prepend', prepend: SPACE }] : [];
	const strip = addsSpacePrefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [];
	return {
		normalizer: { type: 'Sequence', normalizers: [...prepend, replace(' ', SPACE)] },
		pre_tokenizer: null,
		decoder: {
			type: 'Sequence',
			decoders: [replace(SPACE, ' '), { type: 'ByteFallback' }, { type: 'Fuse' }, ...strip],
		},
		model: {
			...{ type: 'BPE', dropout: null, continuing_subword_prefix: null, end_of_word_suffix: null },
			unk_token: unknown === undefined ? null : tokens[unknown]!,
			...{ fuse_unk: true, byte_fallback: true, ignore_merges: false },
			vocab: Object.fromEntries(vocab),
			merges: mergesOf(tokens, scores, vocab),
		},
	};
}

/** Without them, what is no token would be lost instead of being written in bytes. */
function requireByte(byte: number, vocab: ReadonlyMap<string, number>): void {
	const token = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
	if (!vocab.has(token)) throw new Unsupported(`its SentencePiece tokenizer has no token ${token} to fall back on`);
}

type Merge = { pair: [left: string, right: string]; score: number; lengths: [left: number, right: number] };

/** Each way to put a token together from two, the strongest first: highest score, then longest left and right part. */
function mergesOf(tokens: readonly string[], scores: readonly number[], vocab: ReadonlyMap<string, number>) {
	const merges = tokens.flatMap((token, id) => splitsOf(token, scores[id]!, vocab));
	const byStrength = (a: Merge, b: Merge) =>
		b.score - a.score || b.lengths[0] - a.lengths[0] || b.lengths[1] - a.lengths[1];
	return merges.sort(byStrength).map(({ pair }) => pair);
}

function splitsOf(token: string, score: number, vocab: ReadonlyMap<string, number>): Merge[] {
	const characters = [...token];
	const splits: Merge[] = [];
	for (let at = 1; at < characters.length; at++) {
		const [left, right] = [characters.slice(0, at).join(''), characters.slice(at).join('')];
		if (vocab.has(left) && vocab.has(right)) {
			splits.push({ pair: [left, right], score, lengths: [at, characters.length - at] });
		}
	}
	const ids = ({ pair }: Merge) => pair.map((part) => vocab.get(part)!) as [number, number];
	return splits.sort((a, b) => ids(a)[0] - ids(b)[0] || ids(a)[1] - ids(b)[1]);
}
