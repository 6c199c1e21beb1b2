/** Kinds of tokens, as SentencePiece counts them, and llama.cpp after it. */
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

/**
 * Ids of the tokens that are found in text as they are, by the kinds of all tokens. SentencePiece itself finds only those a
 * user defined; transformers adds control tokens and, for SentencePiece, the unknown one.
 */
export function addedTokens(kinds: readonly number[], { unknown }: { unknown: boolean }) {
	const isSpecial = (kind: number) => kind === CONTROL || (unknown && kind === UNKNOWN);
	return kinds.flatMap((kind, id) =>
		isSpecial(kind) || kind === USER_DEFINED ? [{ id, special: isSpecial(kind) }] : [],
	);
}
