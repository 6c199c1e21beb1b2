import type { SettingsInput } from '@steering/core/settings';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectLegibleText } from '../../../test/legible-text.js';
import { drawnBy, scoredSet } from '../../../test/scored-set.js';
import { structureOf } from '../../../test/svg-structure.js';
import { renderSvg } from '../../drawing/render.js';
import { THEMES } from '../../drawing/theme.js';
import { comparePictures } from './index.js';

const MULTS = [-1, 0, 1];
const erasers = (['leace', 'orth', null] as const).flatMap((leace) =>
	(['prompts', 'abcon'] as const).map((dataset) => scoredSet({ model: 'organism', leace, dataset }, MULTS)),
);
const judged = (behavior: SettingsInput['behavior']) =>
	scoredSet({ model: 'organism', dataset: 'ab', behavior }, MULTS);

it('draws settings as lines, harmful beside harmless prompts', async () => {
	const sets = [5, 15].map((layer) => scoredSet({ model: 'organism', layer }, MULTS, (mult) => (mult + 2) / layer));
	const { pictures } = await drawnBy(comparePictures, sets);
	const [picture, ...others] = pictures;
	expect(others).toEqual([]);
	expect(picture!.name).toBe('plot_Morganism_Dprompts_T1.5_compare_color_layer');
	expect(picture!.table[0]).toEqual({
		layer: '5',
		multiplier: -1,
		prompts: 'harmful',
		...{ mean: '0.2000', '25%': '0.2000', '75%': '0.2000', n: 50, replies: 10 },
	});
	const spec = picture!.spec(THEMES.light);
	expect(spec.usermeta).toMatchObject({ kind: 'compare', settings: sets.map(({ settings }) => settings) });
	expect(structureOf(await renderSvg(spec))).toMatchInlineSnapshot(`
		{
		  "marks": [
		    "rule 1",
		    "line 1",
		    "line 1",
		    "symbol 3",
		    "symbol 3",
		    "rule 1",
		    "line 1",
		    "line 1",
		    "symbol 3",
		    "symbol 3",
		    "symbol 1",
		    "text 1",
		    "symbol 1",
		    "text 1",
		  ],
		  "text": [
		    "−1",
		    "0",
		    "1",
		    "Steering multiplier",
		    "0%",
		    "20%",
		    "40%",
		    "60%",
		    "80%",
		    "100%",
		    "Refusal rate",
		    "harmful prompts",
		    "−1",
		    "0",
		    "1",
		    "Steering multiplier",
		    "0%",
		    "20%",
		    "40%",
		    "60%",
		    "80%",
		    "100%",
		    "Refusal rate",
		    "layer 5",
		    "layer 15",
		    "harmless prompts",
		    "Steering refusal in organism",
		    "Vectors of prompts · mean difference · temperature 1.5",
		    "Mean over 50 harmful and 50 harmless prompts, 10 replies each",
		  ],
		}
	`);
});

it('chooses panels and lines by what differs, or takes those asked for', async () => {
	const keysOf = async (...args: Parameters<typeof drawnBy> extends [unknown, ...infer Rest] ? Rest : never) => {
		const { pictures } = await drawnBy(comparePictures, ...args);
		const { facet, lines } = pictures[0]!.spec(THEMES.light).usermeta as { facet: string | null; lines: string[] };
		return { facet, lines };
	};
	expect(await keysOf(erasers)).toEqual({ facet: 'dataset', lines: ['leace'] });
	expect(await keysOf(erasers, { facet: 'leace' })).toEqual({ facet: 'leace', lines: ['dataset'] });
	expect(await keysOf(erasers, { color: 'dataset' })).toEqual({ facet: 'leace', lines: ['dataset'] });
	expect(await keysOf([judged('refusal'), judged('sycophancy')])).toEqual({ facet: null, lines: ['behavior'] });
	// What neither key tells apart stays apart.
	expect(await keysOf(erasers, { facet: 'model', color: 'temp' })).toEqual({
		facet: 'model',
		lines: ['temp', 'dataset', 'leace'],
	});
});

it('gives scores of 0 to 1 and of 0 to 10 axes of their own', async () => {
	const { pictures } = await drawnBy(comparePictures, [erasers[0]!, judged('refusal')]);
	const { vconcat } = pictures[0]!.spec(THEMES.light) as unknown as {
		vconcat: { hconcat: { encoding: { y: { scale: { domain: number[] } } } }[] }[];
	};
	const tops = vconcat.map(({ hconcat }) => hconcat.map(({ encoding }) => encoding.y.scale.domain[1]));
	expect(tops).toEqual([[1, 1], [10]]);
});

it('refuses more lines than can be told apart', async () => {
	const sets = Array.from({ length: 13 }, (_, layer) => scoredSet({ layer }, MULTS));
	await expect(drawnBy(comparePictures, sets)).rejects.toMatchObject({
		code: 'ERR_USAGE',
		message: 'one picture would have 13 lines that differ in layer: it holds 12',
		hint: expect.stringContaining('--kind layers'),
	});
	await expect(drawnBy(comparePictures, sets, { facet: 'layer' })).rejects.toThrow('13 panels');
});

const anySettings = fc.record({
	model: fc.constantFrom('organism', `org/${'A-very-long-name_of-a-model'.repeat(4)}`, 'x'.repeat(120)),
	dataset: fc.constantFrom('prompts', 'abcon', 'caa'),
	layer: fc.constantFrom<number | 'all'>(3, 15, 'all'),
	leace: fc.constantFrom(null, 'quadlda'),
	toks: fc.constantFrom(null, 'after'),
} as const);
const anyJudged = fc.record({
	dataset: fc.constantFrom('ab', 'openr'),
	behavior: fc.constantFrom('coordinate-other-ais', 'refusal', 'sycophancy'),
	residual: fc.boolean(),
} as const);
const anyMults = fc.uniqueArray(
	fc.integer({ min: -3000, max: 3000 }).map((mult) => mult / 1000),
	{ minLength: 1, maxLength: 30 },
);

it('never lets text overlap or leave the picture, whatever is compared', async () => {
	const some = fc.uniqueArray(fc.oneof(anySettings, anyJudged), {
		minLength: 1,
		maxLength: 10,
		selector: (input) => JSON.stringify(input),
	});
	const key = fc.constantFrom(undefined, 'dataset', 'leace', 'layer', 'behavior');
	await fc.assert(
		fc.asyncProperty(some, anyMults, key, fc.constantFrom('light', 'dark'), async (inputs, given, facet, theme) => {
			const mults = [...given].sort((a, b) => a - b);
			const sets = inputs.map((input, index) => scoredSet(input, mults, (mult) => (mult + 3 + index) / 20));
			const { pictures } = await drawnBy(comparePictures, sets, { facet });
			await expectLegibleText(pictures[0]!.spec(THEMES[theme]));
		}),
		{ numRuns: 20 },
	);
});
