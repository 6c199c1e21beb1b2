import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cachedWordDiff, wordDiff } from '../src/page/replies/word-diff.js';

const joined = (stretches: { text: string }[]) => stretches.map(({ text }) => text).join('');
const unchanged = (stretches: { text: string; changed: boolean }[]) =>
	joined(stretches.filter(({ changed }) => !changed));
const reply = fc.oneof(
	fc.string({ unit: 'grapheme' }),
	fc.array(fc.constantFrom('I', 'cannot', 'can', 'help', '\n', ' ', '.', '<b>', 'é')).map((words) => words.join(' ')),
);

test('each side is its text, and what is not marked is the same on both', () => {
	fc.assert(
		fc.property(reply, reply, (unsteered, steered) => {
			const diff = wordDiff(unsteered, steered);
			expect(joined(diff.unsteered)).toBe(unsteered);
			expect(joined(diff.steered)).toBe(steered);
			if (diff.marked) expect(unchanged(diff.unsteered)).toBe(unchanged(diff.steered));
		}),
	);
});

test('marks whole words', () => {
	const { unsteered, steered } = wordDiff('I cannot help you', 'I can help you');
	expect(unsteered.filter(({ changed }) => changed).map(({ text }) => text)).toEqual(['cannot']);
	expect(steered.filter(({ changed }) => changed).map(({ text }) => text)).toEqual(['can']);
});

test('marks nothing between equal replies', () => {
	fc.assert(
		fc.property(reply, (text) => {
			expect(wordDiff(text, text).steered.some(({ changed }) => changed)).toBe(false);
		}),
	);
});

test('very long replies are shown, unmarked', () => {
	const long = 'word '.repeat(5000);
	expect(wordDiff(long, `other ${long}`)).toEqual({
		unsteered: [{ text: long, changed: false }],
		steered: [{ text: `other ${long}`, changed: false }],
		marked: false,
	});
});

test('the cache tells apart pairs that join to the same text, and gives what it gave before', () => {
	const cached = cachedWordDiff();
	expect(cached('a b', ' c')).toEqual(wordDiff('a b', ' c'));
	expect(cached('a', ' b c')).toEqual(wordDiff('a', ' b c'));
	expect(cached('a', ' b c')).toBe(cached('a', ' b c'));
});
