import { SteeringError } from '@steering/core/errors';
import type { TokenConstraint, TokenText } from '@steering/core/model';
import { DEAD, RegexDfa } from './regex-dfa.js';
import { compileNfa } from './regex-nfa.js';
import { type TokenTrie, tokenTrie } from './token-trie.js';

/** Patterns kept compiled: a judge sends the same one with each request. */
const KEPT_PATTERNS = 16;
/** States of a pattern whose allowed tokens are kept: each list may hold the whole vocabulary. */
const KEPT_STATES = 64;

/** A pattern over the tokens of one vocabulary. */
class Pattern {
	readonly dfa: RegexDfa;
	readonly #trie: TokenTrie;
	/** Allowed tokens by state, the most recently used last. */
	readonly #allowed = new Map<number, Uint32Array>();

	constructor(source: string, trie: TokenTrie) {
		this.dfa = new RegexDfa(compileNfa(source));
		this.#trie = trie;
	}

	/** Tokens after which a match is still to be had, ascending. */
	allowedAt(state: number): Uint32Array {
		const allowed = this.#allowed.get(state) ?? this.#find(state);
		this.#allowed.delete(state);
		this.#allowed.set(state, allowed);
		if (this.#allowed.size > KEPT_STATES) this.#allowed.delete(this.#allowed.keys().next().value!);
		return allowed;
	}

	#find(state: number): Uint32Array {
		const ids: number[] = [];
		const walk = (node: TokenTrie, at: number) => {
			ids.push(...node.ids);
			for (const [byte, child] of node.children) {
				const next = this.dfa.next(at, byte);
				if (next !== DEAD) walk(child, next);
			}
		};
		walk(this.#trie, state);
		return Uint32Array.from(ids).sort();
	}
}

/** Makes constraints for the tokens of one model. */
export class RegexConstraints {
	readonly #texts: readonly (TokenText | undefined)[];
	readonly #stopIds: readonly number[];
	#trie: TokenTrie | undefined;
	readonly #patterns = new Map<string, Pattern>();

	constructor(texts: readonly (TokenText | undefined)[], stopIds: readonly number[]) {
		this.#texts = texts;
		this.#stopIds = stopIds;
	}

	/** A reply that matches as a whole. Throws ERR_USAGE for a pattern that cannot be used. */
	constraint(source: string): TokenConstraint {
		this.#trie ??= tokenTrie(this.#texts);
		const pattern = this.#patterns.get(source) ?? new Pattern(source, this.#trie);
		this.#patterns.delete(source);
		this.#patterns.set(source, pattern);
		if (this.#patterns.size > KEPT_PATTERNS) this.#patterns.delete(this.#patterns.keys().next().value!);
		return new RegexConstraint(pattern, this.#texts, this.#stopIds);
	}
}

class RegexConstraint implements TokenConstraint {
	readonly #pattern: Pattern;
	readonly #texts: readonly (TokenText | undefined)[];
	readonly #stopIds: readonly number[];
	#state: number;

	constructor(pattern: Pattern, texts: readonly (TokenText | undefined)[], stopIds: readonly number[]) {
		this.#pattern = pattern;
		this.#texts = texts;
		this.#stopIds = stopIds;
		this.#state = pattern.dfa.start;
	}

	allowed(): ArrayLike<number> {
		const tokens = this.#pattern.allowedAt(this.#state);
		const ends = this.#pattern.dfa.accepts(this.#state) ? this.#stopIds : [];
		if (tokens.length + ends.length > 0) return ends.length > 0 ? [...tokens, ...ends] : tokens;
		throw new SteeringError('ERR_USAGE', 'the regex asks for text that the tokens of this model cannot write');
	}

	advance(id: number): void {
		for (const byte of this.#texts[id]!.bytes) this.#state = this.#pattern.dfa.next(this.#state, byte);
	}

	/** A match that nothing can follow. */
	get finished(): boolean {
		return this.#pattern.dfa.accepts(this.#state) && this.#pattern.allowedAt(this.#state).length === 0;
	}
}
