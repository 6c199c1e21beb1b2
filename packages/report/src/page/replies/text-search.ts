import type { ReplyColumns } from './reply-columns.js';

/** Flags for each prompt and each different text: does it match? */
export interface Matches {
	prompts: Uint8Array;
	texts: Uint8Array;
}

/** Searches each different text once, however many rows show it. */
export class TextSearch {
	readonly #columns: Pick<ReplyColumns, 'prompts' | 'texts'>;
	/** Made at the first search: most readers filter before they search. */
	#index: { prompts: TextIndex; texts: TextIndex } | undefined;

	constructor(columns: Pick<ReplyColumns, 'prompts' | 'texts'>) {
		this.#columns = columns;
	}

	/** @throws SyntaxError for a regular expression that is none */
	match(search: string): Matches {
		const pattern = searchPattern(search);
		const { prompts, texts } = this.#columns;
		if (pattern instanceof RegExp) {
			const each = (of: readonly string[]) => Uint8Array.from(of, (text) => (pattern.test(text) ? 1 : 0));
			return { prompts: each(prompts), texts: each(texts) };
		}
		this.#index ??= { prompts: textIndex(prompts), texts: textIndex(texts) };
		return { prompts: containing(this.#index.prompts, pattern), texts: containing(this.#index.texts, pattern) };
	}
}

/**
 * `/…/` is a regular expression, whatever the case unless it has flags of its own; all else is text, in lower case.
 * @throws SyntaxError for a regular expression that is none
 */
export function searchPattern(search: string): RegExp | string {
	const [, source, flags] = /^\/(.+)\/([imsuv]*)$/s.exec(search) ?? [];
	return source === undefined ? search.toLowerCase() : new RegExp(source, flags || 'i');
}

/** All texts in lower case as one: one search through 20 MB takes a fraction of 100,000 searches of 200 letters. */
interface TextIndex {
	joined: string;
	/** Where each text ends in `joined`; all of them came out of one string, so they fit in one. */
	ends: Uint32Array;
}

function textIndex(texts: readonly string[]): TextIndex {
	const lowered = texts.map((text) => text.toLowerCase());
	let end = 0;
	return { joined: lowered.join(''), ends: Uint32Array.from(lowered, ({ length }) => (end += length)) };
}

function containing({ joined, ends }: TextIndex, part: string): Uint8Array {
	const found = new Uint8Array(ends.length);
	let text = 0;
	for (let at = joined.indexOf(part); at >= 0 && part !== ''; at = joined.indexOf(part, at)) {
		while (ends[text]! <= at) text++;
		// A hit may reach over into the next text; then it is none.
		const within = at + part.length <= ends[text]!;
		if (within) found[text] = 1;
		at = within ? ends[text]! : at + 1;
	}
	return found;
}
