/** Tokens of an n-gram: four, as Welleck et al. report it. */
export const REPEATED_NGRAM = 4;

/**
 * seq-rep-n (Welleck et al. 2020, arXiv 1908.04319): the share of a text's n-grams that it holds already, 1 - distinct / all. A text
 * shorter than one n-gram repeats nothing.
 */
export function repetition(ids: readonly number[], n = REPEATED_NGRAM): number {
	const all = ids.length - n + 1;
	if (all < 1) return 0;
	const distinct = new Set(Array.from({ length: all }, (_, i) => ids.slice(i, i + n).join()));
	return 1 - distinct.size / all;
}
