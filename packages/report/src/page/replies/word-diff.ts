import { diffWordsWithSpace } from 'diff';

/** A stretch of text; `changed`: the other reply does not have it. */
export interface Stretch {
	text: string;
	changed: boolean;
}

/** Two replies as stretches; joined, each side is its text. `marked` is false where they were too long to compare. */
export interface WordDiff {
	unsteered: Stretch[];
	steered: Stretch[];
	marked: boolean;
}

/** The comparison takes time of length x changes: beyond these a reader waits, and sees nothing in so many marks. */
const MAX_CHARACTERS = 20_000;
const MAX_CHANGES = 2_000;
/** Some screens of rows, so that scrolling back and forth compares nothing again. */
const MAX_CACHED = 400;

export function wordDiff(unsteered: string, steered: string): WordDiff {
	const short = unsteered.length + steered.length <= MAX_CHARACTERS;
	const parts = short ? diffWordsWithSpace(unsteered, steered, { maxEditLength: MAX_CHANGES }) : undefined;
	if (!parts) return { unsteered: plain(unsteered), steered: plain(steered), marked: false };
	const side = (other: 'added' | 'removed', own: 'added' | 'removed') =>
		parts.filter((part) => !part[other]).map((part) => ({ text: part.value, changed: part[own] }));
	return { unsteered: side('added', 'removed'), steered: side('removed', 'added'), marked: true };
}

const plain = (text: string): Stretch[] => [{ text, changed: false }];

/** `wordDiff` that remembers the latest pairs. */
export function cachedWordDiff(): typeof wordDiff {
	const cache = new Map<string, WordDiff>();
	return (unsteered, steered) => {
		const key = `${unsteered.length} ${unsteered}${steered}`;
		const known = cache.get(key) ?? wordDiff(unsteered, steered);
		cache.delete(key);
		cache.set(key, known);
		if (cache.size > MAX_CACHED) cache.delete(cache.keys().next().value!);
		return known;
	};
}
