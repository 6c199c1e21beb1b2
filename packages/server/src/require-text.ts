import { ApiError } from './api-error.js';
import type { Generator } from './generator.js';
import { CHARACTERS_PER_TOKEN, MAX_RUN } from './limits.js';

/** Refuses a text that cannot fit, or that would take the tokenizer long, before it is cut into tokens. */
export function requireText(text: string, generator: Generator): void {
	const limit = Math.min(generator.context, generator.batch.tokenLimit) * CHARACTERS_PER_TOKEN;
	if (text.length > limit) {
		throw new ApiError(400, `the prompt has ${text.length} characters: it does not fit into the model's context`, {
			code: 'context_length_exceeded',
		});
	}
	const run = longestRun(text);
	if (run > MAX_RUN) {
		throw new ApiError(
			400,
			`the prompt has ${run} characters in a row that are all white space or none, at most ${MAX_RUN}`,
		);
	}
}

/** The most characters in a row that are all white space, or all not. */
function longestRun(text: string): number {
	let longest = 0;
	let start = 0;
	let white = false;
	for (let i = 0; i < text.length; i++) {
		const isWhite = /\s/.test(text[i]!);
		if (isWhite !== white) start = i;
		white = isWhite;
		if (i + 1 - start > longest) longest = i + 1 - start;
	}
	return longest;
}
