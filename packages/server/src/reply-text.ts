import type { ChosenToken } from '@steering/core/model';
import type { TokenTable } from './token-table.js';

/** A token as it is told: its text may be a part of a character, then `bytes` tell it whole. */
export interface ToldToken {
	text: string;
	bytes: number[];
	logprob: number;
	/** Where in the reply's text it begins. */
	offset: number;
	top: { text: string; bytes: number[]; logprob: number }[];
}

/** A piece of a reply, as it can be shown: later tokens do not change it. */
export interface ReplyPiece {
	text: string;
	tokens: ToldToken[];
}

/** Turns tokens into text as they come: whole characters only, and nothing that may be the beginning of a stop string. */
export class ReplyText {
	readonly #table: TokenTable;
	readonly #stops: readonly string[];
	readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
	#held = '';
	#length = 0;
	#tokens: ToldToken[] = [];

	constructor(table: TokenTable, stops: readonly string[]) {
		this.#table = table;
		this.#stops = stops;
	}

	/** Takes a token; true when a stop string was completed: it and what follows are cut. */
	push({ id, logprob, top }: ChosenToken): boolean {
		const text = this.#table.texts[id];
		if (logprob !== undefined) {
			const told = top!.map((each) => ({ ...this.#table.tell(each.id), logprob: each.logprob }));
			this.#tokens.push({ ...this.#table.tell(id), logprob, offset: this.#length, top: told });
		}
		if (text && !text.special) this.#add(this.#decoder.decode(text.bytes, { stream: true }));
		const at = this.#firstStop();
		if (at === -1) return false;
		this.#held = this.#held.slice(0, at);
		return true;
	}

	/** What can be shown now. */
	take(): ReplyPiece {
		const kept = this.#mayStop();
		return this.#give(this.#held.length - kept);
	}

	/** What is left when the reply has ended; `cut` by a stop string, nothing incomplete follows. */
	end(cut: boolean): ReplyPiece {
		if (!cut) this.#add(this.#decoder.decode());
		return this.#give(this.#held.length);
	}

	#add(text: string): void {
		this.#held += text;
		this.#length += text.length;
	}

	#give(count: number): ReplyPiece {
		const piece = { text: this.#held.slice(0, count), tokens: this.#tokens };
		this.#held = this.#held.slice(count);
		this.#tokens = [];
		return piece;
	}

	#firstStop(): number {
		const found = this.#stops.map((stop) => this.#held.indexOf(stop)).filter((at) => at !== -1);
		return found.length === 0 ? -1 : Math.min(...found);
	}

	/** How many characters at the end may begin a stop string. */
	#mayStop(): number {
		let longest = 0;
		for (const stop of this.#stops) {
			for (let length = Math.min(stop.length - 1, this.#held.length); length > longest; length--) {
				if (this.#held.endsWith(stop.slice(0, length))) longest = length;
			}
		}
		return longest;
	}
}
