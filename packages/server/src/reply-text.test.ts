import type { TokenText } from '@steering/core/model';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReplyText } from './reply-text.js';
import { TokenTable } from './token-table.js';

/** A token for each byte. */
const texts: TokenText[] = Array.from({ length: 256 }, (_, byte) => ({ bytes: Uint8Array.of(byte), special: false }));
const table = new TokenTable(texts);

function stream(text: string, stops: string[]) {
	const reply = new ReplyText(table, stops);
	let shown = '';
	for (const id of Buffer.from(text)) {
		const stopped = reply.push({ id });
		if (stopped) return { shown: shown + reply.end(true).text, stopped };
		shown += reply.take().text;
	}
	return { shown: shown + reply.end(false).text, stopped: false };
}

it('shows the text up to the first stop string, however it is cut into tokens', () => {
	const part = fc.constantFrom('a', 'b', 'ab', '\n', '漢', '😀', ' ');
	const words = (more: object) => fc.array(part, more).map((parts) => parts.join(''));
	fc.assert(
		fc.property(
			words({ maxLength: 20 }),
			fc.array(words({ minLength: 1, maxLength: 3 }), { maxLength: 3 }),
			(text, stops) => {
				const ends = stops.map((stop) => text.indexOf(stop) + stop.length).filter((_, i) => text.includes(stops[i]!));
				const first = Math.min(...ends);
				const expected =
					ends.length === 0
						? text
						: text.slice(
								0,
								Math.min(
									...stops.filter((stop) => text.slice(0, first).includes(stop)).map((stop) => text.indexOf(stop)),
								),
							);
				expect(stream(text, stops)).toEqual({ shown: expected, stopped: ends.length > 0 });
			},
		),
	);
});

it('a reply that ends inside a character says so, as decoders do', () => {
	const reply = new ReplyText(table, []);
	reply.push({ id: 0xf0 });
	expect(reply.take().text).toBe('');
	expect(reply.end(false).text).toBe('\ufffd');
});

it('tells tokens with their bytes and where they begin', () => {
	const reply = new ReplyText(table, []);
	for (const id of Buffer.from('aé')) reply.push({ id, logprob: -1, top: [{ id, logprob: -1 }] });
	const { tokens } = reply.take();
	expect(tokens.map(({ text, bytes, offset }) => [text, bytes, offset])).toEqual([
		['a', [97], 0],
		['\ufffd', [195], 1],
		['\ufffd', [169], 1],
	]);
});
