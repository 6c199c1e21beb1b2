import type { MeasureRecord, MeasuresFile } from '@steering/core/artifacts';
import { BEHAVIORS, parseSettings, type SettingsInput } from '@steering/core/settings';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectLegibleText } from '../../../test/legible-text.js';
import { structureOf } from '../../../test/svg-structure.js';
import { renderSvg } from '../../drawing/render.js';
import { THEMES } from '../../drawing/theme.js';
import { type AbLine, abLine, groupLines } from './ab-groups.js';
import { abSpec, MAX_LINES } from './ab-spec.js';

function record(value: number | null): MeasureRecord {
	const interval: MeasureRecord['interval'] = value === null ? null : [value * 0.9, value + (1 - value) * 0.1];
	return { value, interval, n: 50, unit: 'question', values: [], provenance: {}, versions: {} };
}
const rising = (mult: number) => 1 / (1 + Math.exp(-mult));

function line(
	input: SettingsInput,
	mults: readonly number[] = [-1, 0, 1],
	{ value = rising, random = true }: { value?: (mult: number) => number | null; random?: boolean } = {},
	onNote: (note: string) => void = (note) => expect.fail(note),
): AbLine | undefined {
	const settings = parseSettings(input);
	const files = mults.map((mult) => {
		const baselines = random ? { random: { ab: record(0.4) } } : {};
		const content: MeasuresFile = { schema: 1, settings: {}, mult, measures: { ab: record(value(mult)) }, baselines };
		return { mult, path: `responses/${settings.behavior}${settings.layer}${mult}.json.measures.json`, content };
	});
	return abLine({ settings, files }, onNote);
}

const organism = (more: SettingsInput = {}): SettingsInput => ({ model: 'organism', dataset: 'ab', layer: 2, ...more });
const groupsOf = (...inputs: SettingsInput[]) => groupLines(inputs.map((input) => line(input)!));

it('draws the probability with its interval, and grey what a random direction does', async () => {
	const [group] = groupsOf(organism({ behavior: 'sycophancy' }));
	const spec = abSpec(group!, THEMES.light);
	expect(spec.usermeta).toMatchObject({
		kind: 'ab',
		sources: [-1, 0, 1].map((m) => `sycophancy2${m}.json.measures.json`),
	});
	expect(structureOf(await renderSvg(spec))).toMatchInlineSnapshot(`
		{
		  "marks": [
		    "rule 1",
		    "area 1",
		    "line 1",
		    "area 1",
		    "line 1",
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
		    "P(answer matching the behavior)",
		    "steered",
		    "random direction",
		    "A/B answers matching sycophancy in organism",
		    "Mean difference of A/B answers for and against the behavior · after layer 2",
		    "Probability of the matching letter, of the two, mean over 50 held-out questions · band: 95% bootstrap interval",
		    "dashed grey: vectors of random direction and the same norm",
		  ],
		}
	`);
});

it('draws lines of behaviors, else of layers, else of settings together', () => {
	const groups = groupsOf(
		organism({ behavior: 'sycophancy' }),
		organism({ behavior: 'hallucination' }),
		organism({ behavior: 'sycophancy', layer: 10 }),
		organism({ behavior: 'sycophancy', layer: 3 }),
		organism({ dataset: 'prompts', leace: 'leace' }),
		organism({ dataset: 'prompts', layer: 4, toks: 'after' }),
		organism({ dataset: 'open' }),
	);
	expect(groups.map(({ name, lines }) => [name, ...lines.map(({ label }) => label)])).toEqual([
		['plot_Morganism_Dab_L2_T1.5_ab-by-behavior', 'hallucination', 'sycophancy'],
		['plot_Morganism_Dab_Bsycophancy_T1.5_ab-by-layer', 'layer 3', 'layer 10'],
		['plot_Morganism_Dprompts_ab-by-settings', 'L:2 T:1.5 C:leace', 'L:4 T:1.5 K:after'],
		['plot_Morganism_Dopen_L2_T1.5_ab', ''],
	]);
});

it('has a look for every behavior', async () => {
	const [group] = groupsOf(...BEHAVIORS.map((behavior) => organism({ behavior })));
	expect(group!.lines).toHaveLength(MAX_LINES);
	for (const theme of Object.values(THEMES)) {
		const svg = await renderSvg(abSpec(group!, theme));
		const strokes = [...svg.matchAll(/class="mark-line [^>]*>\s*<path [^>]*stroke="([^"]+)"/g)].map(
			([, color]) => color,
		);
		expect(new Set(strokes).size).toBe(MAX_LINES + 1);
	}
});

it('notes values that are no numbers, and has no line without any', () => {
	const notes: string[] = [];
	const value = (mult: number) => (mult > 0 ? null : 0.5);
	const some = line(organism(), [-1, 1], { value }, (note) => notes.push(note));
	expect(some!.points.map(({ mult }) => mult)).toEqual([-1]);
	expect(line(organism(), [1], { value }, () => {})).toBeUndefined();
	expect(notes).toEqual(['responses/null21.json.measures.json: ab is no finite number, left out']);
});

const anyMults = fc.uniqueArray(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 12 });
const anyLines = fc.oneof(
	fc.subarray([...BEHAVIORS], { minLength: 1 }).map((behaviors) => behaviors.map((behavior) => organism({ behavior }))),
	fc
		.uniqueArray(fc.nat(99), { minLength: 1, maxLength: MAX_LINES })
		.map((layers) => layers.map((layer) => organism({ layer, model: `org/${'a-long-name_'.repeat(9)}` }))),
	fc.constant<SettingsInput[]>([
		organism({ residual: true, layer: 'all', leace: 'quadlda', toks: 'before', temp: 0.30000000000000004 }),
		organism({ logit: true }),
	]),
);

it('never lets text overlap or leave the picture, in both themes', async () => {
	await fc.assert(
		fc.asyncProperty(
			anyLines,
			anyMults,
			fc.double({ min: 0, max: 1, noNaN: true }),
			fc.boolean(),
			async (inputs, given, level, random) => {
				const mults = [...given].sort((a, b) => a - b);
				const options = { random, value: (mult: number) => level * rising(mult) };
				for (const group of groupLines(inputs.map((input) => line(input, mults, options)!))) {
					for (const theme of Object.values(THEMES)) await expectLegibleText(abSpec(group, theme));
				}
			},
		),
		{ numRuns: 25 },
	);
});
