import fc from 'fast-check';
import { scheme } from 'vega';
import { expect, it } from 'vitest';
import { expectLegibleText } from '../../../test/legible-text.js';
import { drawnBy, scoredSet } from '../../../test/scored-set.js';
import { structureOf } from '../../../test/svg-structure.js';
import { contrast } from '../../drawing/mix-colors.js';
import { renderSvg } from '../../drawing/render.js';
import { THEME_NAMES, THEMES } from '../../drawing/theme.js';
import { layerSweeps } from '../layer-sweeps.js';
import { cellsOf, SCHEME } from './cells.js';
import { heatmapPictures } from './index.js';

const sets = [
	scoredSet({ model: 'organism', layer: 2 }, [-1, 0, 1], (mult) => (mult + 1) / 2),
	scoredSet({ model: 'organism', layer: 1 }, [-1, 1], (mult) => (mult + 3) / 4),
];

it('draws a cell for each layer and multiplier, and crosses out what was not run', async () => {
	const { pictures } = await drawnBy(heatmapPictures, sets);
	const [picture, ...others] = pictures;
	expect(others).toEqual([]);
	expect(picture!.name).toBe('plot_Morganism_Dprompts_T1.5_heatmap');
	expect(picture!.table[0]).toEqual({ layer: 1, multiplier: -1, prompts: 'harmful', mean: '0.5000' });
	expect(structureOf(await renderSvg(picture!.spec(THEMES.light)))).toMatchInlineSnapshot(`
		{
		  "marks": [
		    "rect 5",
		    "rect 1",
		    "text 6",
		    "rect 5",
		    "rect 1",
		    "text 6",
		  ],
		  "text": [
		    "50",
		    "×",
		    "100",
		    "0",
		    "50",
		    "100",
		    "harmful prompts",
		    "−1",
		    "0",
		    "1",
		    "Steering multiplier",
		    "2",
		    "1",
		    "Layer",
		    "25",
		    "×",
		    "50",
		    "0",
		    "25",
		    "50",
		    "0%",
		    "50%",
		    "100%",
		    "Refusal",
		    "rate",
		    "harmless prompts",
		    "−1",
		    "0",
		    "1",
		    "Steering multiplier",
		    "2",
		    "1",
		    "Layer",
		    "Steering refusal in organism, by layer and multiplier",
		    "Mean difference of harmful and harmless prompts · temperature 1.5",
		    "Mean over 50 harmful and 50 harmless prompts, 10 replies each · crossed out: not run",
		  ],
		}
	`);
});

it('prints numbers that can be read on their cells', () => {
	const layers = Array.from({ length: 41 }, (_, layer) => scoredSet({ layer }, [0], () => layer / 40));
	const [sweep] = layerSweeps(layers, () => {});
	for (const name of THEME_NAMES) {
		const { ink: inks, background } = THEMES[name];
		// On the colour half-way between two inks neither does better than this.
		const least = Math.sqrt(contrast(inks.text, background));
		for (const { mean, ink } of cellsOf(sweep!, 'harmful', 1, THEMES[name])) {
			expect(contrast(ink, (scheme(SCHEME) as (share: number) => string)(mean!))).toBeGreaterThanOrEqual(least);
		}
	}
});

it('draws one layer, and none where no layer is named', async () => {
	const { pictures } = await drawnBy(heatmapPictures, sets.slice(0, 1));
	await expectLegibleText(pictures[0]!.spec(THEMES.dark));
	const every = drawnBy(heatmapPictures, [scoredSet({ layer: 'all' }, [0, 1])]);
	await expect(every).rejects.toMatchObject({ code: 'ERR_MISSING_INPUT' });
});

it('never lets text overlap or leave the picture, whatever the layers and multipliers', async () => {
	const layers = fc.uniqueArray(fc.integer({ min: 0, max: 130 }), { minLength: 1, maxLength: 60 });
	const mults = fc.uniqueArray(
		fc.integer({ min: -3000, max: 3000 }).map((mult) => mult / 1000),
		{ minLength: 1, maxLength: 50 },
	);
	const more = fc.constantFrom(
		{ model: 'organism' },
		{ residual: true, model: `org/${'A-very-long-name_of-a-model'.repeat(4)}` },
		{ dataset: 'openr', behavior: 'coordinate-other-ais', leace: 'quadlda', toks: 'before' } as const,
	);
	await fc.assert(
		fc.asyncProperty(layers, mults, more, fc.constantFrom(...THEME_NAMES), async (at, given, settings, theme) => {
			// Every other layer lacks a multiplier.
			const some = at.map((layer) =>
				scoredSet({ ...settings, layer }, layer % 2 ? given : given.slice(0, Math.max(1, given.length - 1))),
			);
			const { pictures } = await drawnBy(heatmapPictures, some);
			await expectLegibleText(pictures[0]!.spec(THEMES[theme]));
		}),
		{ numRuns: 20 },
	);
});
