import type { MeasureName, MeasureRecord, MeasuresFile } from '@steering/core/artifacts';
import { parseSettings, type SettingsInput } from '@steering/core/settings';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectLegibleText } from '../../../test/legible-text.js';
import { risingFigure } from '../../../test/scored-figures.js';
import { structureOf } from '../../../test/svg-structure.js';
import { renderSvg } from '../../drawing/render.js';
import { THEMES } from '../../drawing/theme.js';
import type { MeasuredFile } from '../../responses/measure-files.js';
import { tradeoffOf } from './tradeoff-points.js';
import { tradeoffSpec } from './tradeoff-spec.js';

const organism = parseSettings({ model: 'organism', layer: 3 });
const sycophancy = parseSettings({ model: 'organism', layer: 3, dataset: 'ab', behavior: 'sycophancy' });

function record(value: number | null, spread: number): MeasureRecord {
	const interval: MeasureRecord['interval'] = value === null ? null : [value * (1 - spread), value * (1 + spread)];
	return { value, interval, n: 48, unit: 'exchange', values: [], provenance: {}, versions: {} };
}

function measured(mult: number, values: Partial<Record<MeasureName, number | null>>, spread = 0.05): MeasuredFile {
	const measures = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, record(value, spread)]));
	const content: MeasuresFile = { schema: 1, settings: {}, mult, measures, baselines: {} };
	return { mult, path: `responses/m${mult}.json.measures.json`, content };
}

function scored(settings: typeof organism, mults: readonly number[]) {
	const labels = settings.behavior ? ([null] as const) : (['harmful', 'harmless'] as const);
	const files = mults.map((mult) => {
		return { mult, path: `responses/r${mult}.json`, figures: labels.map((label) => risingFigure(mult, label)) };
	});
	return { settings, files };
}

const silent = (note: string) => expect.fail(note);
const files = [-1, 0, 1].map((mult) => measured(mult, { kl: mult ** 2, ppl: 4 * 10 ** Math.abs(mult) }));

it('draws a panel a cost, the perplexity logarithmically beyond a decade', async () => {
	const tradeoff = tradeoffOf(scored(organism, [-1, 0, 1]), files, silent);
	const spec = tradeoffSpec(tradeoff, THEMES.light);
	expect(spec.usermeta).toEqual({ kind: 'tradeoff', settings: organism, sources: tradeoff.sources });
	expect(tradeoff.sources).toHaveLength(6);
	const scales = (spec as unknown as { hconcat: { encoding: { x: { scale: object } } }[] }).hconcat.map(
		({ encoding }) => 'type' in encoding.x.scale,
	);
	expect(scales).toEqual([false, true]);
	expect(structureOf(await renderSvg(spec))).toMatchInlineSnapshot(`
		{
		  "marks": [
		    "rule 3",
		    "rule 3",
		    "rule 3",
		    "rule 3",
		    "line 1",
		    "line 1",
		    "symbol 2",
		    "symbol 3",
		    "symbol 3",
		    "text 1",
		    "text 1",
		    "text 1",
		    "text 1",
		    "text 1",
		    "text 1",
		    "rule 3",
		    "rule 3",
		    "rule 3",
		    "rule 3",
		    "line 1",
		    "line 1",
		    "symbol 2",
		    "symbol 3",
		    "symbol 3",
		    "text 1",
		    "text 1",
		    "text 1",
		    "text 1",
		    "text 1",
		    "text 1",
		    "symbol 1",
		    "text 1",
		    "symbol 1",
		    "text 1",
		  ],
		  "text": [
		    "0",
		    "0.2",
		    "0.4",
		    "0.6",
		    "0.8",
		    "1",
		    "KL divergence from the unsteered model (nats a token)",
		    "0%",
		    "20%",
		    "40%",
		    "60%",
		    "80%",
		    "100%",
		    "Refusal rate",
		    "0",
		    "0",
		    "−1",
		    "−1",
		    "1",
		    "1",
		    "5",
		    "10",
		    "20",
		    "Perplexity of a neutral text",
		    "0%",
		    "20%",
		    "40%",
		    "60%",
		    "80%",
		    "100%",
		    "0",
		    "0",
		    "−1",
		    "−1",
		    "1",
		    "1",
		    "harmful prompts",
		    "harmless prompts",
		    "Steering refusal in organism: score against cost",
		    "Mean difference of harmful and harmless prompts · after layer 3 · temperature 1.5",
		    "Mean score over 50 prompts a point, its multiplier beside it where there is room · vertical: 25th to 75th percentile over prompts · horizontal: 95% bootstrap interval · ring: unsteered",
		  ],
		}
	`);
});

it('draws one line with a behavior, and the costs of replies where those of the model are not measured', async () => {
	const replies = [0, 2].map((mult) => measured(mult, { repetition: mult / 10, self_ppl: 1 + mult, ab: 0.5 }));
	const tradeoff = tradeoffOf(scored(sycophancy, [0, 2]), replies, silent);
	expect(tradeoff.panels.map(({ cost }) => cost)).toEqual(['self_ppl', 'repetition']);
	const { marks } = structureOf(await renderSvg(tradeoffSpec(tradeoff, THEMES.dark)));
	expect(marks.filter((mark) => mark.startsWith('line'))).toEqual(['line 1', 'line 1']);
});

it('notes what it leaves out: one of the two missing, and values that are no numbers', () => {
	const notes: string[] = [];
	const some = [...files, measured(2, { kl: 1 }), measured(3, { kl: null, ppl: null })];
	const { panels } = tradeoffOf(scored(organism, [-2, -1, 3]), some, (note) => notes.push(note));
	expect(panels.map(({ points }) => points.map(({ mult }) => mult))).toEqual([
		[-1, -1],
		[-1, -1],
	]);
	expect(notes).toEqual([
		'scores, no measures of cost, left out: multiplier -2',
		'measures, no scores, left out: multipliers 0 1 2',
		'responses/m3.json.measures.json: kl is no finite number, left out',
		'responses/m3.json.measures.json: ppl is no finite number, left out',
	]);
	expect(tradeoffOf(scored(organism, [1]), [measured(1, { ab: 0.5 })], () => {}).panels).toEqual([]);
});

const anySettings = fc.constantFrom<SettingsInput>(
	{ model: 'organism', layer: 3 },
	{ model: `org/${'A-very-long-name_of-a-model'.repeat(4)}`, dataset: 'abcon', logit: true, layer: 'all' },
	{ dataset: 'openr', behavior: 'coordinate-other-ais', residual: true, layer: 21, leace: 'quadlda', toks: 'before' },
);
const anyMults = fc.uniqueArray(
	fc.oneof(
		fc.integer({ min: -40, max: 40 }).map((tenth) => tenth / 10),
		fc.constantFrom(1e-5, -1e6, 0.30000000000000004),
	),
	{ minLength: 1, maxLength: 30 },
);
const anyCost = fc.double({ min: 0, max: 1, noNaN: true });

it('never lets text overlap or leave the picture, in both themes', async () => {
	const costs = fc.constantFrom<MeasureName[]>(['kl'], ['ppl'], ['kl', 'ppl'], ['self_ppl', 'repetition']);
	await fc.assert(
		fc.asyncProperty(anySettings, anyMults, costs, anyCost, fc.nat(6), async (input, given, names, rate, decades) => {
			const mults = [...given].sort((a, b) => a - b);
			const cost = (mult: number) => Math.min(Math.abs(mult), 9) ** 2 * rate;
			const all = mults.map((mult, index) => {
				const share = (cost(mult) * 10 ** (decades * (index / mults.length))) / 81;
				const of = {
					kl: share,
					ppl: 1 + share,
					self_ppl: 2 * 10 ** (share / 10 ** decades),
					repetition: share / 10 ** decades,
				};
				return measured(mult, Object.fromEntries(names.map((name) => [name, of[name as keyof typeof of]])));
			});
			const tradeoff = tradeoffOf(scored(parseSettings(input), mults), all, silent);
			for (const theme of Object.values(THEMES)) await expectLegibleText(tradeoffSpec(tradeoff, theme));
		}),
		{ numRuns: 25 },
	);
});
