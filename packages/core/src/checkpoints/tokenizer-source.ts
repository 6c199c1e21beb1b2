interface AnyTokenizer {
	/** By id. */
	readonly tokens: readonly string[];
	/** Ids of tokens that are found in text as they are; `special` ones are not part of the text. */
	readonly added: readonly { readonly id: number; readonly special: boolean }[];
	readonly bos: number | undefined;
	readonly eos: number | undefined;
	readonly unknown: number | undefined;
	readonly padding: number | undefined;
	/** Ids that end a turn, besides `eos`. */
	readonly endOfTurn: readonly number[];
	/** Whether the model expects `bos` before a text. */
	readonly addsBos: boolean;
	readonly chatTemplate: string | undefined;
}

/** What a byte-level BPE tokenizer is made of. */
export interface ByteLevelSource extends AnyTokenizer {
	/** Rule by which text is cut before merging, by llama.cpp's name. */
	readonly preTokenizer: string;
	/** `left right`, the earlier the stronger. */
	readonly merges: readonly string[];
}

/** What a SentencePiece tokenizer of the BPE kind is made of; characters that are no token are written in bytes, `<0x0A>`. */
export interface SentencePieceSource extends AnyTokenizer {
	/** By id: of what two tokens can be merged into, the token with the highest score is taken first. */
	readonly scores: readonly number[];
	/** Whether a space is put before a text. */
	readonly addsSpacePrefix: boolean;
}

export type TokenizerSource = ByteLevelSource | SentencePieceSource;
