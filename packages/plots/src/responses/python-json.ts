const SCORE_ARRAY = /"(?:num_)?scores"\s*:\s*\[[^\]"]*\]/g;
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
	return JSON.parse(text.replace(SCORE_ARRAY, (array) => array.replace(FLOAT, '"$&"')));
}
