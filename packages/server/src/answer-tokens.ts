import type { ChatTokenizer } from '@steering/core/model';
import { ApiError } from './api-error.js';

/** How much of the prompt's end is looked at: what a tokenizer merges over the seam is shorter by far. */
const SEAM_TOKENS = 64;

/** Answers as tokens. Prompt and answer are tokenised together where they meet: a tokenizer may split them otherwise apart. */
export class AnswerTokens {
	readonly #tokenizer: ChatTokenizer;

	constructor(tokenizer: ChatTokenizer) {
		this.#tokenizer = tokenizer;
	}

	/** The tokens of an answer that follows a prompt. Throws 400 when the tokenizer cannot write it. */
	after(prompt: readonly number[], answer: string): number[] {
		const joined = this.#joined(prompt, answer);
		if (joined && this.#writes(joined, answer)) return joined;
		const alone = this.#tokenizer.encode(answer);
		if (this.#writes(alone, answer)) return alone;
		throw new ApiError(400, `the tokens of this model cannot write the answer ${JSON.stringify(answer)}`);
	}

	#joined(prompt: readonly number[], answer: string): number[] | undefined {
		const texts = this.#tokenizer.tokenTexts();
		const special = prompt.findLastIndex((id) => texts[id]?.special);
		// Nothing merges over a special token.
		const seam = prompt.slice(Math.max(special + 1, prompt.length - SEAM_TOKENS));
		const text = Buffer.concat(seam.map((id) => texts[id]?.bytes ?? new Uint8Array())).toString();
		const ids = this.#tokenizer.encode(text + answer);
		return seam.every((id, i) => ids[i] === id) ? ids.slice(seam.length) : undefined;
	}

	#writes(ids: readonly number[], answer: string): boolean {
		const texts = this.#tokenizer.tokenTexts();
		if (ids.length === 0 || ids.some((id) => !texts[id] || texts[id].special)) return false;
		return Buffer.concat(ids.map((id) => texts[id]!.bytes)).toString() === answer;
	}
}
