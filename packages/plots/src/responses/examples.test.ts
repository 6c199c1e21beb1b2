import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EXAMPLE_CHARACTERS, examplesOf } from './examples.js';

it('shows the first reply, and of the others the one nearest to the mean', () => {
	const prompts = [
		{ prompt: 'p', replies: ['a', 'b'], scores: [5, 9] },
		{ prompt: 'q', replies: ['c', 'd'], scores: [4, 4] },
	];
	expect(examplesOf(prompts, 5)).toEqual([
		{ prompt: 'p', reply: 'a', score: 5 },
		{ prompt: 'q', reply: 'c', score: 4 },
	]);
	expect(examplesOf([{ prompt: 'p', replies: ['a'], scores: [1] }], 1)).toEqual([
		{ prompt: 'p', reply: 'a', score: 1 },
	]);
});

it('cuts texts between code points, and only those that are too long', () => {
	const anyText = fc.string({ unit: 'binary', maxLength: 2 * EXAMPLE_CHARACTERS, size: 'max' });
	fc.assert(
		fc.property(anyText, (text) => {
			const [{ reply } = { reply: '' }] = examplesOf([{ prompt: 'p', replies: [text], scores: [1] }], 1);
			const whole = [...text].length <= EXAMPLE_CHARACTERS;
			expect([...reply].length).toBe(whole ? [...text].length : EXAMPLE_CHARACTERS);
			expect(text.startsWith(whole ? reply : reply.slice(0, -1))).toBe(true);
			expect(Buffer.from(reply).toString()).toBe(reply);
		}),
	);
});
