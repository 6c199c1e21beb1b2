import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectLegibleText } from '../../../test/legible-text.js';
import { drawnBy, scoredSet } from '../../../test/scored-set.js';
import { structureOf } from '../../../test/svg-structure.js';
import { renderSvg } from '../../drawing/render.js';
import { THEMES } from '../../drawing/theme.js';
import { layersPictures } from './index.js';

const sweep = (layers: readonly number[], mults: readonly number[], more: object = {}) =>
	layers.map((layer) => scoredSet({ model: 'organism', layer, ...more }, mults, (mult) => 0.5 + mult / (4 + layer)));

it('draws the change from multiplier 0 against the layer', async () => {
	const { pictures } = await drawnBy(layersPictures, sweep([3, 1, 2], [-1, 0, 1]));
	const [picture, ...others] = pictures;
	expect(others).toEqual([]);
	expect(picture!.name).toBe('plot_Morganism_Dprompts_T1.5_layers');
	expect(picture!.table.slice(0, 3)).toEqual([
		{ layer: 1, multiplier: -1, prompts: 'harmful', mean: '0.3000', change: '-0.2000' },
		{ layer: 1, multiplier: -1, prompts: 'harmless', mean: '0.1500', change: '-0.1000' },
		{ layer: 1, multiplier: 0, prompts: 'harmful', mean: '0.5000', change: '0.0000' },
	]);
	expect(structureOf(await renderSvg(picture!.spec(THEMES.light)))).toMatchInlineSnapshot(`
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
		    "1",
		    "2",
		    "3",
		    "Layer",
		    "−20",
		    "−10",
		    "0",
		    "+10",
		    "+20",
		    "Change in refusal rate (points)",
		    "harmful prompts",
		    "1",
		    "2",
		    "3",
		    "Layer",
		    "−20",
		    "−10",
		    "0",
		    "+10",
		    "+20",
		    "Change in refusal rate (points)",
		    "+1",
		    "−1",
		    "harmless prompts",
		    "Steering refusal in organism, by layer",
		    "Mean difference of harmful and harmless prompts · temperature 1.5",
		    "Mean over 50 harmful and 50 harmless prompts, 10 replies each",
		    "Change from multiplier 0 at the same layer · a line for each multiplier: solid above 0, dashed below",
		  ],
		}
	`);
});

it('draws scores themselves where a layer was not run at 0, and says so', async () => {
	const sets = [...sweep([1], [0, 1]), ...sweep([2], [1])];
	const { pictures } = await drawnBy(layersPictures, sets);
	expect(pictures[0]!.table[0]).not.toHaveProperty('change');
	const { text } = structureOf(await renderSvg(pictures[0]!.spec(THEMES.light)));
	expect(text.join()).toContain('Scores themselves: not every layer has multiplier 0');
	expect(text).toContain('Refusal rate (%)');
});

it('makes a picture for each settings but for the layer, and notes what has no layers to compare', async () => {
	const sets = [
		...sweep([1, 2], [0, 1]),
		...sweep([4, 5], [0, 1], { residual: true }),
		...sweep([7], [0, 1], { leace: 'leace' }),
		scoredSet({ model: 'organism', layer: 'all' }, [0, 1]),
	];
	const { pictures, notes } = await drawnBy(layersPictures, sets);
	expect(pictures.map(({ name }) => name)).toEqual([
		'plot_Morganism_Dprompts_T1.5_layers',
		'plot_Morganism_Dprompts_Rres_T1.5_layers',
	]);
	expect(notes).toEqual([
		'M:organism D:prompts L:all T:1.5: steers no single layer, left out',
		'M:organism D:prompts L:7 T:1.5 C:leace: the only layer of its settings, left out',
	]);
	const { text } = structureOf(await renderSvg(pictures[1]!.spec(THEMES.light)));
	expect(text).toContain('Sub-layer (2l attention, 2l+1 MLP)');
	await expect(drawnBy(layersPictures, sets.slice(-1))).rejects.toMatchObject({ code: 'ERR_MISSING_INPUT' });
	expect((await drawnBy(layersPictures, [])).pictures).toEqual([]);
});

it('never lets text overlap or leave the picture, whatever the layers and multipliers', async () => {
	const layers = fc.uniqueArray(fc.integer({ min: 0, max: 90 }), { minLength: 2, maxLength: 40 });
	const mults = fc.uniqueArray(
		fc.integer({ min: -3000, max: 3000 }).map((mult) => mult / 1000),
		{ minLength: 1, maxLength: 24 },
	);
	const more = fc.constantFrom(
		{},
		{ residual: true, model: `org/${'A-very-long-name_of-a-model'.repeat(4)}` },
		{ dataset: 'openr', behavior: 'coordinate-other-ais', leace: 'quadlda', toks: 'before' },
	);
	const withZero = fc.boolean();
	await fc.assert(
		fc.asyncProperty(
			layers,
			mults,
			more,
			withZero,
			fc.constantFrom('light', 'dark'),
			async (at, given, s, zero, theme) => {
				const all = [...new Set(zero ? [...given, 0] : given)].sort((a, b) => a - b);
				const { pictures } = await drawnBy(layersPictures, sweep(at, all, s));
				await expectLegibleText(pictures[0]!.spec(THEMES[theme]));
			},
		),
		{ numRuns: 20 },
	);
});
