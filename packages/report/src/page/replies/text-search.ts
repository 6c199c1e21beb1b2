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
	#lowered: { prompts: string[]; texts: string[] } | undefined;

	constructor(columns: Pick<ReplyColumns, 'prompts' | 'texts'>) {
		this.#columns = columns;
	}

	/** @throws SyntaxError for a regular expression that is none */
	match(search: string): Matches {
		const pattern = searchPattern(search);
		if (pattern instanceof RegExp) return flags(this.#columns, (text) => pattern.test(text));
		this.#lowered ??= { prompts: lower(this.#columns.prompts), texts: lower(this.#columns.texts) };
		return flags(this.#lowered, (text) => text.includes(pattern));
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

const lower = (texts: readonly string[]) => texts.map((text) => text.toLowerCase());

function flags(of: { prompts: readonly string[]; texts: readonly string[] }, test: (text: string) => boolean): Matches {
	const each = (texts: readonly string[]) => Uint8Array.from(texts, (text) => (test(text) ? 1 : 0));
	return { prompts: each(of.prompts), texts: each(of.texts) };
}
