import type { AST } from '@eslint-community/regexpp';
import { RegExpParser } from '@eslint-community/regexpp';
import { SteeringError } from '@steering/core/errors';
import { byteSequences, type CodePoints, complement, union } from './utf8-ranges.js';

/** Longer ones are data, not patterns. */
const MAX_SOURCE = 4096;
/** Nested counts multiply: `((a{99}){99}){99}` is short and needs a million states. */
const MAX_STATES = 20_000;
/** Groups in groups: the parser and the compiler recurse. */
const MAX_DEPTH = 100;

/** A nondeterministic automaton over UTF-8 bytes; state 0 starts. */
export interface Nfa {
	accept: number;
	/** Per state: moves that read nothing. */
	empty: number[][];
	/** Per state: moves that read a byte of a range. */
	moves: { low: number; high: number; to: number }[][];
}

/**
 * A regular expression in JavaScript's syntax that the whole reply has to match. Throws ERR_USAGE for what is not regular
 * (back-references), not supported (look-around, word boundaries, Unicode properties) or too large.
 */
export function compileNfa(source: string): Nfa {
	if (source.length > MAX_SOURCE) throw refuse(source, `it is longer than ${MAX_SOURCE} characters`);
	const compiler = new Compiler(source);
	const start = compiler.state();
	return compiler.compile(parse(source), start);
}

function parse(source: string): AST.Pattern {
	if (depthOf(source) > MAX_DEPTH) throw refuse(source, `its groups are nested more than ${MAX_DEPTH} deep`);
	const parser = new RegExpParser({ ecmaVersion: 2024 });
	try {
		return parser.parsePattern(source, 0, source.length, { unicode: true });
	} catch (cause) {
		try {
			// Outside Unicode mode needless escapes are allowed, as elsewhere.
			return parser.parsePattern(source, 0, source.length, { unicode: false });
		} catch {
			throw refuse(source, (cause as Error).message.replace(/^Invalid regular expression: .*?: /, ''));
		}
	}
}

function depthOf(source: string): number {
	let depth = 0;
	let deepest = 0;
	for (const character of source) {
		if (character === '(') deepest = Math.max(deepest, ++depth);
		if (character === ')') depth--;
	}
	return deepest;
}

function refuse(source: string, why: string): SteeringError {
	const shown = source.length > 60 ? `${source.slice(0, 60)}...` : source;
	return new SteeringError('ERR_USAGE', `the regex ${shown} cannot be used: ${why}`);
}

class Compiler {
	readonly #source: string;
	readonly #empty: number[][] = [];
	readonly #moves: { low: number; high: number; to: number }[][] = [];

	constructor(source: string) {
		this.#source = source;
	}

	state(): number {
		if (this.#empty.length >= MAX_STATES) throw this.#refuse('it is too large when its counts are written out');
		this.#moves.push([]);
		return this.#empty.push([]) - 1;
	}

	compile({ alternatives }: AST.Pattern, start: number): Nfa {
		const accept = this.#alternatives(alternatives.map(withoutAnchors), start);
		return { accept, empty: this.#empty, moves: this.#moves };
	}

	/** Each of these methods adds what an element reads behind a state, and returns the state after it. */
	#alternatives(alternatives: readonly (readonly AST.Element[])[], from: number): number {
		const end = this.state();
		for (const elements of alternatives) {
			let at = this.state();
			this.#empty[from]!.push(at);
			for (const element of elements) at = this.#element(element, at);
			this.#empty[at]!.push(end);
		}
		return end;
	}

	#element(element: AST.Element | AST.QuantifiableElement, from: number): number {
		if (element.type === 'Group' || element.type === 'CapturingGroup') {
			if ('modifiers' in element && element.modifiers) throw this.#refuse(`${element.raw} changes flags`);
			return this.#alternatives(
				element.alternatives.map(({ elements }) => elements),
				from,
			);
		}
		if (element.type === 'Quantifier') return this.#quantifier(element, from);
		if (element.type === 'Assertion' || element.type === 'Backreference') {
			throw this.#refuse(`${element.raw} is not supported`);
		}
		return this.#codePoints(this.#setOf(element), from);
	}

	#quantifier({ element, min, max }: AST.Quantifier, from: number): number {
		let at = from;
		for (let i = 0; i < min; i++) at = this.#element(element, at);
		if (max === Number.POSITIVE_INFINITY) {
			const loop = this.state();
			this.#empty[at]!.push(loop);
			const end = this.#element(element, loop);
			this.#empty[end]!.push(loop);
			return loop;
		}
		const end = this.state();
		for (let i = min; i < max; i++) {
			this.#empty[at]!.push(end);
			at = this.#element(element, at);
		}
		this.#empty[at]!.push(end);
		return end;
	}

	#codePoints(set: CodePoints, from: number): number {
		const end = this.state();
		const sequences = byteSequences(set);
		if (sequences.length === 0) throw this.#refuse('a set of characters in it is empty');
		for (const sequence of sequences) {
			let at = from;
			for (const [i, [low, high]] of sequence.entries()) {
				const to = i === sequence.length - 1 ? end : this.state();
				this.#moves[at]!.push({ low, high, to });
				at = to;
			}
		}
		return end;
	}

	#setOf(element: AST.Element | AST.CharacterClassElement): CodePoints {
		if (element.type === 'Character') {
			if (element.value >= 0xd800 && element.value <= 0xdfff) throw this.#refuse(`${element.raw} is half a character`);
			return [[element.value, element.value]];
		}
		if (element.type === 'CharacterClassRange') return [[element.min.value, element.max.value]];
		if (element.type === 'CharacterSet' && element.kind !== 'property') {
			const set = SETS[element.kind];
			return element.kind !== 'any' && element.negate ? complement(set) : set;
		}
		if (element.type === 'CharacterClass') {
			const parts = element.elements as readonly AST.CharacterClassElement[];
			const set = union(parts.flatMap((part) => this.#setOf(part)));
			return element.negate ? complement(set) : set;
		}
		throw this.#refuse(`${element.raw} is not supported`);
	}

	#refuse(why: string): SteeringError {
		return refuse(this.#source, why);
	}
}

/** The whole reply has to match: anchors at its ends say nothing new. */
function withoutAnchors({ elements }: AST.Alternative): readonly AST.Element[] {
	const isAnchor = (element: AST.Element | undefined, kind: 'start' | 'end') =>
		element?.type === 'Assertion' && element.kind === kind;
	const first = isAnchor(elements[0], 'start') ? 1 : 0;
	const last = elements.length > first && isAnchor(elements.at(-1), 'end') ? -1 : elements.length;
	return elements.slice(first, last);
}

const range = (from: string, to = from) => [from.codePointAt(0)!, to.codePointAt(0)!] as const;
const SETS = {
	any: complement([range('\n'), range('\r'), range('\u2028', '\u2029')]),
	digit: [range('0', '9')],
	word: [range('0', '9'), range('A', 'Z'), range('_'), range('a', 'z')],
	space: union([
		...[range('\t', '\r'), range(' '), range('\u00a0'), range('\u1680'), range('\u2000', '\u200a')],
		...[range('\u2028', '\u2029'), range('\u202f'), range('\u205f'), range('\u3000'), range('\ufeff')],
	]),
} satisfies Record<string, CodePoints>;
