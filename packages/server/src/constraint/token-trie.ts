import type { TokenText } from '@steering/core/model';

/** All tokens by their bytes, so that what they begin with is looked at once. */
export interface TokenTrie {
	children: Map<number, TokenTrie>;
	/** Tokens that end here. */
	ids: number[];
}

/** Special tokens and those without bytes are left out: they write nothing. */
export function tokenTrie(texts: readonly (TokenText | undefined)[]): TokenTrie {
	const root: TokenTrie = { children: new Map(), ids: [] };
	for (const [id, text] of texts.entries()) {
		if (!text || text.special || text.bytes.length === 0) continue;
		let node = root;
		for (const byte of text.bytes) {
			let next = node.children.get(byte);
			if (!next) {
				next = { children: new Map(), ids: [] };
				node.children.set(byte, next);
			}
			node = next;
		}
		node.ids.push(id);
	}
	return root;
}
