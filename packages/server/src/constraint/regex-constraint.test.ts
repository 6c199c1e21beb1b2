import type { TokenText } from '@steering/core/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RegexConstraints } from './regex-constraint.js';
import { byteSequences } from './utf8-ranges.js';

const STOP = 0;
const words = ['a', 'b', 'ab', 'ba', '0', '1', '10', '-', ' ', ' a', 'yes', 'no', '.', '\n', 'é', '漢'];
/** Two halves of a character, and a marker. */
const texts: TokenText[] = [
	{ bytes: Buffer.from('<end>'), special: true },
	...words.map((word) => ({ bytes: Buffer.from(word), special: false })),
	{ bytes: Buffer.from('😀').subarray(0, 2), special: false },
	{ bytes: Buffer.from('😀').subarray(2), special: false },
];
const constraints = new RegexConstraints(texts, [STOP]);

/** A reply by picks among what is allowed; undefined when it has no end after so many tokens. */
function write(source: string, picks: readonly number[]): string | undefined {
	const constraint = constraints.constraint(source);
	const bytes: number[] = [];
	for (const pick of picks) {
		if (constraint.finished) break;
		const allowed = constraint.allowed();
		const id = allowed[pick % allowed.length]!;
		if (id === STOP) return Buffer.from(bytes).toString();
		bytes.push(...texts[id]!.bytes);
		constraint.advance(id);
	}
	return constraint.finished ? Buffer.from(bytes).toString() : undefined;
}

const picks = fc.array(fc.nat({ max: 1000 }), { minLength: 40, maxLength: 40 });

describe('a regular expression over tokens', () => {
	it.each([
		'yes|no',
		'[0-9]|10',
		'(a|ba)*b?',
		'^(?:ab){1,3}-?\\d+$',
		'[^a]{2,4}',
		'.',
		'.{0,3}',
		'\\s*\\w+\\s?',
		'(?<x>a+?)b{2}',
		'\\S\\D\\W',
		'[é漢😀]+a',
		'\\-?1\\.0',
		'a|',
	])('%s: whatever is written matches', (source) => {
		const whole = new RegExp(`^(?:${source.replace('\\-', '-')})$`, 'u');
		let ended = 0;
		fc.assert(
			fc.property(picks, (each) => {
				const text = write(source, each);
				if (text === undefined) return;
				ended++;
				expect(text).toMatch(whole);
			}),
		);
		expect(ended).toBeGreaterThan(0);
	});

	it('can write whatever matches', () => {
		const text = fc.array(fc.constantFrom('a', 'b', '1', 'yes', '漢', '😀'), { maxLength: 6 });
		fc.assert(
			fc.property(text, (parts) => {
				const constraint = constraints.constraint('(?:[ab]+|1|y?e?s?|[^ab1yes])*');
				for (const byte of Buffer.from(parts.join(''))) {
					const id = Array.from(constraint.allowed()).find((each) => texts[each]!.bytes[0] === byte);
					if (id === undefined) continue;
					constraint.advance(id);
				}
				expect(Array.from(constraint.allowed())).toContain(STOP);
			}),
		);
	});

	it.each([
		['(', 'Unterminated group'],
		['a(?=b)', 'is not supported'],
		['(a)\\1', 'is not supported'],
		['\\bword', 'is not supported'],
		['\\p{L}', 'is not supported'],
		['a^b', 'is not supported'],
		['[]', 'is empty'],
		['((a{99}){99}){99}', 'too large'],
		['a'.repeat(5000), 'longer than'],
		[`${'('.repeat(200)}a${')'.repeat(200)}`, 'nested'],
	])('%s is refused', (source, why) => {
		expect(() => constraints.constraint(source)).toThrow(
			expect.objectContaining({ code: 'ERR_USAGE', message: expect.stringContaining(why) }),
		);
	});

	it('patterns that make others backtrack for ever are walked in bounded steps', () => {
		for (const source of ['(a+)+b', '(a|a)*b', '(.*)*1', '([ab]|a|b)*-']) {
			const constraint = constraints.constraint(source);
			for (let i = 0; i < 2000; i++) constraint.advance(1);
			expect(constraint.finished).toBe(false);
		}
		const constraint = constraints.constraint('(a|b)*a(a|b){30}');
		const walk = () => {
			const random = fc.sample(fc.constantFrom(1, 2), { numRuns: 50_000, seed: 1 });
			for (const id of random) constraint.advance(id);
		};
		expect(walk).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
	});
});

it('byte sequences are the UTF-8 of a range, and of nothing else', () => {
	const point = fc.integer({ min: 0, max: 0x10ffff });
	fc.assert(
		fc.property(point, point, fc.array(point, { minLength: 20 }), (a, b, probes) => {
			const [low, high] = [Math.min(a, b), Math.max(a, b)];
			const sequences = byteSequences([[low, high]]);
			for (const probe of [...probes, low, high]) {
				if (probe >= 0xd800 && probe <= 0xdfff) continue;
				const bytes = Buffer.from(String.fromCodePoint(probe));
				const inside = sequences.some(
					(sequence) =>
						sequence.length === bytes.length && sequence.every(([from, to], i) => bytes[i]! >= from && bytes[i]! <= to),
				);
				expect(inside).toBe(probe >= low && probe <= high);
			}
		}),
	);
});
