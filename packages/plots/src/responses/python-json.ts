const FIELD = 'scores"';
const ARRAY = /\s*:\s*\[[^\]"]*\]/y;
const FLOAT = /-?(?:NaN|Infinity|\d+(?:\.\d+)?[eE][+-]?\d+|\d+\.\d+)/g;

/** Whether a score is a float that `parseResponses` kept as it was written. */
export function isQuotedFloat(value: unknown): value is string {
	return typeof value === 'string' && value.match(FLOAT)?.[0] === value;
}

/**
 * Parses a response file as Python's json module may have written it. Python writes NaN, which JSON.parse does not
 * know, and tells 7.0 from 7, which JSON.parse does not: floats in score arrays are read as strings, as they were
 * written, so that the check of the scores can name them. (In a reply, the quotes around "scores" would be escaped.)
 * @throws {SyntaxError} when the text is not JSON
 */
export function parseResponses(text: string): unknown {
	return JSON.parse(quoteFloats(text));
}

/** Quotes floats in the arrays of "scores" and "num_scores". The text itself where there is none, which is usual. */
export function quoteFloats(text: string): string {
	const pieces: string[] = [];
	let done = 0;
	// A search for a fixed word: a regular expression over megabytes of replies takes longer than parsing them.
	for (let at = text.indexOf(FIELD); at !== -1; at = text.indexOf(FIELD, at + 1)) {
		if (!text.endsWith('"', at) && !text.endsWith('"num_', at)) continue;
		ARRAY.lastIndex = at + FIELD.length;
		const array = ARRAY.exec(text)?.[0];
		const quoted = array?.replace(FLOAT, '"$&"');
		if (array === undefined || quoted === array) continue;
		pieces.push(text.slice(done, at + FIELD.length), quoted!);
		done = at + FIELD.length + array.length;
	}
	return pieces.length === 0 ? text : pieces.join('') + text.slice(done);
}
