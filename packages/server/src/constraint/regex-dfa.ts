import { SteeringError } from '@steering/core/errors';
import type { Nfa } from './regex-nfa.js';

/** Some patterns have exponentially many states: `(a|b)*a(a|b){30}`. Only those that are met are made. */
const MAX_STATES = 4096;
/** Moves of the automaton followed for one pattern: a second of work or less. */
const MAX_WORK = 20_000_000;

const UNKNOWN = -2;
/** No match begins like this. */
export const DEAD = -1;

/** The deterministic automaton of a pattern, made state by state as they are met: each byte costs one look-up after the first. */
export class RegexDfa {
	readonly #nfa: Nfa;
	readonly #sets: number[][] = [];
	readonly #indexOf = new Map<string, number>();
	readonly #next: Int32Array[] = [];
	#work = 0;
	readonly start: number;

	constructor(nfa: Nfa) {
		this.#nfa = nfa;
		this.start = this.#add(this.#closure([0]));
	}

	/** The state after a byte, or {@link DEAD}. Throws ERR_USAGE when the pattern turns out to be too large. */
	next(state: number, byte: number): number {
		const known = this.#next[state]![byte]!;
		return known === UNKNOWN ? this.#find(state, byte) : known;
	}

	/** Whether what was read matches. */
	accepts(state: number): boolean {
		return this.#sets[state]!.includes(this.#nfa.accept);
	}

	#find(state: number, byte: number): number {
		const reached: number[] = [];
		for (const at of this.#sets[state]!) {
			for (const { low, high, to } of this.#nfa.moves[at]!) {
				this.#spend();
				if (byte >= low && byte <= high) reached.push(to);
			}
		}
		const next = reached.length === 0 ? DEAD : this.#add(this.#closure(reached));
		this.#next[state]![byte] = next;
		return next;
	}

	#closure(states: number[]): number[] {
		const seen = new Set(states);
		for (const state of seen) {
			this.#spend();
			for (const next of this.#nfa.empty[state]!) seen.add(next);
		}
		// States that only lead on by reading nothing make no difference.
		const told = [...seen].filter((state) => this.#nfa.moves[state]!.length > 0 || state === this.#nfa.accept);
		return told.sort((a, b) => a - b);
	}

	#add(set: number[]): number {
		const key = set.join();
		const known = this.#indexOf.get(key);
		if (known !== undefined) return known;
		if (this.#sets.length >= MAX_STATES) throw tooLarge();
		const index = this.#sets.push(set) - 1;
		this.#next.push(new Int32Array(256).fill(UNKNOWN));
		this.#indexOf.set(key, index);
		return index;
	}

	#spend(): void {
		if (++this.#work > MAX_WORK) throw tooLarge();
	}
}

function tooLarge(): SteeringError {
	return new SteeringError('ERR_USAGE', 'the regex has too many states', { hint: 'use smaller counts' });
}
