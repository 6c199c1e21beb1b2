import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Intervention } from '../../interventions/index.js';
import { PrefixStore, prefixKey } from './prefix-store.js';

const TOKEN_BYTES = 8;
/** A row of one block whose numbers are its tokens, twice each. */
const rowOf = (ids: readonly number[]) => ({
	length: ids.length,
	blocks: [Float32Array.from(ids.flatMap((id) => [id, id]))],
});
const keep = (store: PrefixStore, key: string, ids: readonly number[], read = ids.length) =>
	store.keep(key, ids, read, () => rowOf(ids), ids.length * TOKEN_BYTES);

const prompt = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 60 });
const visit = fc.record({
	key: fc.constantFrom('', 'steered'),
	// Few beginnings, so that prompts have much in common.
	ids: fc.tuple(fc.constantFrom(0, 7), prompt).map(([fill, end]) => [...Array(40).fill(fill), ...end]),
});

it('gives what a prompt begins with, never more than is true, and stays within its bytes', () => {
	fc.assert(
		fc.property(fc.array(visit, { maxLength: 30 }), fc.integer({ min: 0, max: 300 }), (visits, tokens) => {
			const store = new PrefixStore(tokens * TOKEN_BYTES);
			const seen = new Set<string>();
			for (const { key, ids } of visits) {
				const found = store.find(key, ids);
				if (found) {
					expect(found.length).toBeLessThanOrEqual(Math.min(ids.length - 2, found.row.length - 1));
					const held = Array.from(found.row.blocks[0]!).filter((_, i) => i % 2 === 0);
					expect(held.slice(0, found.length)).toEqual(ids.slice(0, found.length));
					expect([...seen].some((each) => each.startsWith(key + held.join()))).toBe(true);
				}
				keep(store, key, ids, ids.length - (found?.length ?? 0));
				seen.add(key + ids.join());
				expect(store.bytes).toBeLessThanOrEqual(tokens * TOKEN_BYTES);
			}
		}),
	);
});

const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

it('drops what was not used for the longest time', () => {
	const store = new PrefixStore(100 * TOKEN_BYTES);
	const [a, b, c] = [range(0, 40), range(100, 40), range(200, 40)];
	keep(store, '', a);
	keep(store, '', b);
	store.find('', a);
	keep(store, '', c);
	expect([a, b, c].map((ids) => store.find('', ids)?.length)).toEqual([38, undefined, 38]);
});

it('keeps a prompt that goes on in the place of its beginning, and none that is mostly known', () => {
	const store = new PrefixStore(1000 * TOKEN_BYTES);
	const begun = range(0, 40);
	keep(store, '', begun);
	keep(store, '', [...begun, ...range(500, 20)], 20);
	expect(store.bytes).toBe(60 * TOKEN_BYTES);
	keep(store, '', [...begun, ...range(700, 5)], 6);
	expect(store.bytes).toBe(60 * TOKEN_BYTES);
});

it('tells prompts apart by the vectors that act on them', () => {
	const step = (layer: number, value: number, toks: Intervention['toks']): Intervention => ({
		point: { layer, site: 'resid_post' },
		vector: Float32Array.of(value, 1),
		toks,
	});
	expect(prefixKey([step(1, 2, 'after')])).toBe(prefixKey([]));
	expect(prefixKey([step(1, 2, 'before')])).toBe(prefixKey([step(1, 2, null)]));
	const keys = [[], [step(1, 2, null)], [step(2, 2, null)], [step(1, 3, null)], [step(1, 2, null), step(2, 2, null)]];
	expect(new Set(keys.map(prefixKey)).size).toBe(keys.length);
});
