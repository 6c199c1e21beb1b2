import { parseSettings, type SettingsInput } from '@steering/core/settings';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectLegibleText } from '../../../test/legible-text.js';
import { plantedClasses } from '../../../test/planted-classes.js';
import { structureOf } from '../../../test/svg-structure.js';
import { renderSvg } from '../../drawing/render.js';
import { THEMES } from '../../drawing/theme.js';
import { geometrySpec } from './geometry-spec.js';
import { geometryOf } from './layer-geometry.js';
import { MAX_POINTS, type ProjectedLayer } from './layer-panel.js';
import { separationSpec } from './separation-spec.js';

const settingsOf = (input: SettingsInput) => ({ ...parseSettings(input), layer: null });
const organism = settingsOf({ model: 'organism' });

function layersOf(numbers: readonly number[], rows = 12): ProjectedLayer[] {
	return numbers.map((layer) => {
		const { projection, ...geometry } = geometryOf(
			plantedClasses({ rows, width: 5, distance: layer, seed: layer }),
			true,
		);
		return { layer, ...geometry, projection: projection! };
	});
}

it('draws a panel a layer, in the plane of its principal components', async () => {
	const spec = geometrySpec(organism, layersOf([0, 4]), { of: 3, sources: ['a'] }, THEMES.light);
	expect(spec.usermeta).toEqual({ kind: 'geometry', settings: organism, sources: ['a'] });
	expect(structureOf(await renderSvg(spec))).toMatchInlineSnapshot(`
		{
		  "marks": [
		    "symbol 1",
		    "text 1",
		    "symbol 1",
		    "text 1",
		    "symbol 12",
		    "symbol 12",
		    "rule 3",
		    "rule 3",
		    "symbol 12",
		    "symbol 12",
		    "rule 3",
		    "rule 3",
		  ],
		  "text": [
		    "harmful prompts",
		    "harmless prompts",
		    "PC 1 (35%)",
		    "PC 2 (27%)",
		    "Layer 0, d′ -0.8",
		    "PC 1 (46%)",
		    "PC 2 (19%)",
		    "Layer 4, d′ 3.9",
		    "Activations of harmful and harmless prompts in organism",
		    "Residual stream after each layer, at the last token · 12 harmful prompts, 12 harmless prompts",
		    "Principal components of both classes pooled, fitted for each panel · axes to one scale",
		    "Arrow: mean difference · d′: how far it separates held-out examples",
		    "2 of 3 layers, evenly chosen",
		  ],
		}
	`);
});

it('draws the separation of every layer', async () => {
	const spec = separationSpec(organism, layersOf([0, 1, 2, 3]), [], THEMES.light);
	expect(structureOf(await renderSvg(spec))).toMatchInlineSnapshot(`
		{
		  "marks": [
		    "line 1",
		    "symbol 4",
		    "rule 1",
		    "line 1",
		    "symbol 4",
		  ],
		  "text": [
		    "−1",
		    "0",
		    "1",
		    "2",
		    "d′, held out",
		    "0",
		    "1",
		    "2",
		    "3",
		    "Layer",
		    "30%",
		    "40%",
		    "50%",
		    "60%",
		    "70%",
		    "80%",
		    "90%",
		    "100%",
		    "Accuracy, held out",
		    "Separation of harmful and harmless prompts in organism",
		    "Residual stream after each layer · last token of 12 harmful prompts and 12 harmless prompts",
		    "Mean difference made from one half of the examples, measured in the other, both ways · dashed: chance",
		  ],
		}
	`);
});

it('draws a line each for attention and MLP', async () => {
	const settings = settingsOf({ model: 'organism', residual: true });
	const { text } = structureOf(await renderSvg(separationSpec(settings, layersOf([0, 1, 2, 3]), [], THEMES.light)));
	expect(text).toEqual(expect.arrayContaining(['attention', 'MLP', '0', '1']));
	expect(text).not.toContain('3');
});

it('keeps panels of many examples light, and says so', async () => {
	const svg = await renderSvg(geometrySpec(organism, layersOf([2], 300), { of: 1, sources: [] }, THEMES.light));
	const { marks, text } = structureOf(svg);
	expect(marks.filter((mark) => mark === `symbol ${MAX_POINTS}`)).toHaveLength(2);
	expect(text.join()).toContain('300 harmful prompts, 300 harmless prompts');
	expect(text.join()).toContain(`${MAX_POINTS} points of each class drawn`);
});

const anySettings = fc
	.constantFrom<SettingsInput>(
		{ model: 'organism' },
		{ model: `org/${'A-very-long-name_of-a-model'.repeat(4)}`, dataset: 'abcon', residual: true, layer: 'all' },
		{ dataset: 'openr', behavior: 'coordinate-other-ais', residual: true },
		{ dataset: 'open', behavior: 'survival-instinct', model: 'x'.repeat(200) },
	)
	.map(settingsOf);
const anyLayers = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 12 });

it('never lets text overlap or leave the picture, in both themes', async () => {
	await fc.assert(
		fc.asyncProperty(anySettings, anyLayers, fc.integer({ min: 1, max: 4 }), async (settings, numbers, rows) => {
			const layers = layersOf(
				[...numbers].sort((a, b) => a - b),
				rows,
			);
			for (const theme of Object.values(THEMES)) {
				await expectLegibleText(geometrySpec(settings, layers, { of: 99, sources: [] }, theme));
				if (rows > 1) await expectLegibleText(separationSpec(settings, layers, [], theme));
			}
		}),
		{ numRuns: 12 },
	);
});
