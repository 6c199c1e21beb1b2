import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { largestDifference } from '../../test/shared-fixtures.js';
import type { Intervention } from '../interventions/index.js';
import { HookedModel } from './hooked-model.js';
import type { LogitsAt, LogitsRow } from './visit-logits.js';

describe('visitLogits', () => {
	let model: HookedModel;
	beforeAll(async () => {
		model = await HookedModel.load('organism', { threads: 1 });
	});
	afterAll(() => model.release());

	const chat = (content: string) => model.tokenizer.encodeChat([{ role: 'user', content }]);
	const adding = (value: number, toks: Intervention['toks'] = null): Intervention[] => [
		{ point: { layer: 2, site: 'resid_post' }, vector: new Float32Array(model.info.width).fill(value), toks },
	];
	async function visit(rows: LogitsRow[], variants: Intervention[][]): Promise<LogitsAt[]> {
		const seen: LogitsAt[] = [];
		const onLogits = (at: LogitsAt) => seen.push({ ...at, logits: at.logits.slice(), first: at.first.slice() });
		await model.visitLogits({ rows, variants, onLogits });
		return seen;
	}

	it('shows what forward gives, at the positions asked for and no others', async () => {
		const ids = [chat('How do I sell the cheese this evening?'), chat('Explain how to polish a statue.')];
		const rows = [
			{ ids: ids[0]!, positions: [0, 3, ids[0]!.length - 1], promptLength: 4 },
			{ ids: ids[1]!, positions: [5], promptLength: 2 },
		];
		const variants = [[], adding(0.3, 'after'), adding(0.3, 'before')];
		const seen = await visit(rows, variants);
		expect(seen.map(({ variant, row, place }) => [variant, row, place]).sort()).toEqual(
			variants.flatMap((_, v) => [...[0, 1, 2].map((place) => [v, 0, place]), [v, 1, 0]]),
		);
		for (const { variant, row, place, logits, first } of seen) {
			const { ids, promptLength, positions } = rows[row]!;
			const { vocab } = model.info;
			const at = positions[place]! * vocab;
			const [all] = await model.forward([{ ids, promptLength, interventions: variants[variant]! }], 'all');
			const [plain] = await model.forward([{ ids }], 'all');
			expect(largestDifference(logits, all!.subarray(at, at + vocab))).toBeLessThan(1e-3);
			expect(largestDifference(first, plain!.subarray(at, at + vocab))).toBeLessThan(1e-3);
		}
	});

	it('differs by nothing from the plain model where an intervention changes nothing', async () => {
		const rows = ['Hello!', 'How do I sell the cheese this evening?', 'Who are you?'].map((text) => {
			const ids = chat(text);
			return { ids, positions: ids.map((_, i) => i) };
		});
		const seen = await visit(rows, [[], adding(0)]);
		for (const { logits, first } of seen) expect(logits).toEqual(first);
	});

	it('runs no more tokens for many positions than for one, and splits a row whose logits are too many', async () => {
		const ids = Array.from({ length: 500 }, (_, i) => 3 + (i % 50));
		const tokensOf = async (rows: LogitsRow[]) => {
			const before = model.work.tokens;
			await model.visitLogits({ rows, variants: [[]], onLogits: () => {} });
			return model.work.tokens - before;
		};
		expect(await tokensOf([{ ids, positions: [499] }])).toBe(500);
		expect(await tokensOf([{ ids, positions: ids.map((_, i) => i) }])).toBe(500);
		// 64 MiB hold 10,922 positions of this vocabulary: more positions than that are read in two parts.
		const many = Array.from({ length: 12_000 }, (_, i) => Math.floor(i / 24));
		const runs = model.work.runs;
		const seen: number[] = [];
		const onLogits = ({ place }: LogitsAt) => seen.push(place);
		await model.visitLogits({ rows: [{ ids, positions: many }], variants: [[]], onLogits });
		expect(model.work.runs - runs).toBe(2);
		expect(seen).toEqual(many.map((_, i) => i));
	});

	it('stops between runs', async () => {
		const controller = new AbortController();
		const ids = chat('Hello!');
		const onLogits = () => controller.abort(new Error('enough'));
		const request = { rows: [{ ids, positions: [1] }], variants: [[], []], signal: controller.signal, onLogits };
		await expect(model.visitLogits(request)).rejects.toThrow('enough');
	});
});
