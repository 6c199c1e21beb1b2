import { parseSettings, type SettingsInput } from '@steering/core/settings';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectLegibleText } from '../../../test/legible-text.js';
import { structureOf } from '../../../test/svg-structure.js';
import { renderPng, renderSvg } from '../../drawing/render.js';
import { THEMES } from '../../drawing/theme.js';
import type { Figure } from '../../responses/figures.js';
import type { Label } from '../../responses/scored-prompts.js';
import { meanBandSpec } from './mean-band.js';

const theme = THEMES.light;
const organism = parseSettings({ model: 'organism', layer: 3 });
const sycophancy = parseSettings({ model: 'organism', layer: 3, dataset: 'ab', behavior: 'sycophancy' });

function figure(mult: number, label: Label | null, mean: number, spread = 0.1): Figure {
	const top = label ? 1 : 10;
	const [q25, q75] = [Math.max(0, mean - spread), Math.min(top, mean + spread)];
	return { mult, label, mean, q25, q75, prompts: 50, replies: [10, 10], examples: [] };
}
const twoLines = (mults: number[], rate = (mult: number) => 1 / (1 + Math.exp(-mult))) =>
	mults.flatMap((mult) => [figure(mult, 'harmful', rate(mult + 1)), figure(mult, 'harmless', rate(mult - 1))]);
const oneLine = (mults: number[]) => mults.map((mult) => figure(mult, null, 5 + mult));

it('draws two lines between 0 and 1 without a behavior', async () => {
	const spec = meanBandSpec(organism, twoLines([-1, 0, 1]), ['a.json'], theme);
	expect(spec).toMatchObject({
		description: 'M:organism D:prompts L:3 T:1.5',
		usermeta: { kind: 'mean-band', settings: organism, sources: ['a.json'] },
		encoding: { x: { scale: { domain: [-1.1, 1.1] } }, y: { scale: { domain: [0, 1] } } },
	});
	expect(structureOf(await renderSvg(spec))).toMatchInlineSnapshot(`
		{
		  "marks": [
		    "rule 1",
		    "area 1",
		    "area 1",
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
		    "harmless prompts",
		    "Steering refusal in organism",
		    "Mean difference of harmful and harmless prompts · after layer 3 · temperature 1.5",
		    "Mean over 50 harmful and 50 harmless prompts, 10 replies each · band: 25th to 75th percentile over prompts",
		  ],
		}
	`);
});

it('draws one line between 0 and 10 with a behavior', async () => {
	const spec = meanBandSpec(sycophancy, oneLine([1, 2, 3]), [], theme);
	expect(spec).toMatchObject({ encoding: { y: { scale: { domain: [0, 10] } } } });
	expect(structureOf(await renderSvg(spec))).toMatchInlineSnapshot(`
		{
		  "marks": [
		    "area 1",
		    "line 1",
		    "symbol 3",
		  ],
		  "text": [
		    "1",
		    "2",
		    "3",
		    "Steering multiplier",
		    "0",
		    "2",
		    "4",
		    "6",
		    "8",
		    "10",
		    "Judge score (0–10)",
		    "Steering sycophancy in organism",
		    "Mean difference of A/B answers for and against the behavior · after layer 3 · temperature 1.5",
		    "Mean over 50 prompts, 10 replies each · band: 25th to 75th percentile over prompts",
		  ],
		}
	`);
});

it('shows the percentiles of a single multiplier as bars beside each other', async () => {
	const { marks, text } = structureOf(await renderSvg(meanBandSpec(organism, twoLines([0]), [], theme)));
	expect(marks.slice(0, 3)).toEqual(['rule 1', 'rule 1', 'rule 1']);
	expect(text.join()).toContain('bar: 25th to 75th percentile');
});

it('gives the same pixels twice, at twice the size', async () => {
	const spec = meanBandSpec(organism, twoLines([-1, 0, 1]), [], theme);
	const [svg, again] = [await renderSvg(spec), await renderSvg(spec)];
	expect(again).toBe(svg);
	const png = Buffer.from(renderPng(svg, theme.background));
	expect(png.subarray(1, 4).toString()).toBe('PNG');
	expect(Buffer.from(renderPng(again, theme.background)).equals(png)).toBe(true);
	expect(png.readUInt32BE(16)).toBe(2 * Number(/width="(\d+)"/.exec(svg)![1]));
});

const anySettings = fc.constantFrom<SettingsInput>(
	{ model: 'organism', layer: 3 },
	{
		model: `org/${'A-very-long-name_of-a-model'.repeat(4)}`,
		dataset: 'abcon',
		logit: true,
		residual: true,
		layer: 'all',
	},
	{ dataset: 'openr', behavior: 'coordinate-other-ais', residual: true, layer: 21, leace: 'quadlda', toks: 'before' },
	{ residual: true, layer: 'all', scrub: true, leace: 'orth', toks: 'after', temp: 0.30000000000000004 },
	{ dataset: 'open', behavior: 'survival-instinct', layer: 'all', model: 'x'.repeat(200) },
);
const anyMults = fc.oneof(
	fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 9 }),
	fc.array(
		fc.integer({ min: -40, max: 40 }).map((tenth) => tenth / 10),
		{ minLength: 1, maxLength: 80 },
	),
	fc.constantFrom([0.30000000000000004], [1e-5, 2e-5], [-1e6, 1e6], [-0, 0]),
);

it('never lets text overlap or leave the picture, whatever the settings, multipliers and rates', async () => {
	await fc.assert(
		fc.asyncProperty(anySettings, anyMults, fc.double({ min: 0, max: 1, noNaN: true }), async (input, given, rate) => {
			const settings = parseSettings(input);
			const mults = [...new Set(given)].sort((a, b) => a - b);
			const figures = settings.behavior ? oneLine(mults) : twoLines(mults, () => rate);
			await expectLegibleText(meanBandSpec(settings, figures, [], theme));
		}),
		{ numRuns: 40 },
	);
});
