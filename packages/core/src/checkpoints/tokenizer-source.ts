/** What a byte-level BPE tokenizer is made of. */
export interface TokenizerSource {
	/** Rule by which text is cut before merging, by llama.cpp's name. */
	readonly preTokenizer: string;
	/** By id. */
	readonly tokens: readonly string[];
	/** Ids of tokens that are found in text as they are; `special` ones are not part of the text. */
	readonly added: readonly { readonly id: number; readonly special: boolean }[];
	/** `left right`, the earlier the stronger. */
	readonly merges: readonly string[];
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
