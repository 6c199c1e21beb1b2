import { namedSettingsSchema } from '@steering/core/settings';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Experiment } from '../report-data.js';
import { bestSettings, MAX_KL, MAX_PERPLEXITY_RATIO } from './best-settings.js';

interface Point {
	mult: number;
	means: number[];
	ppl?: number | null;
	kl?: number;
}

function experiment(points: Point[], behavior: 'sycophancy' | null = 'sycophancy'): Experiment {
	const settings = namedSettingsSchema.parse({ model: 'organism', dataset: behavior ? 'ab' : 'prompts', behavior });
	const labels = behavior ? [null] : ['harmful', 'harmless'];
	return {
		...{ name: 'n', title: 't', method: [], settings, scale: behavior ? 'ten' : 'yes', commands: [] },
		mults: points.map(({ mult, means, ppl, kl }) => ({
			...{ mult, file: 'f' },
			figures: means.map((mean, i) => ({ label: labels[i]!, mean, q25: mean, q75: mean, prompts: 1 })),
			measures: Object.entries({ ppl, kl }).flatMap(([name, value]) =>
				value === undefined ? [] : [{ name, value, interval: null }],
			),
		})),
	};
}

const bestMult = (...points: Point[]) => bestSettings([experiment(points)])[0]?.mult;

it('takes the strongest change against the unsteered model, in either direction', () => {
	expect(bestMult({ mult: -1, means: [1] }, { mult: 0, means: [5] }, { mult: 1, means: [8] })).toBe(-1);
});

it('of equals takes the multiplier nearest to 0, then the positive one', () => {
	const unsteered = { mult: 0, means: [5] };
	expect(bestMult({ mult: -2, means: [1] }, { mult: -1, means: [1] }, unsteered)).toBe(-1);
	expect(bestMult({ mult: -1, means: [1] }, unsteered, { mult: 1, means: [9] })).toBe(1);
});

it('passes over what costs too much, where that is measured', () => {
	const unsteered = { mult: 0, means: [0], ppl: 10, kl: 0 };
	const over = { mult: 2, means: [9] };
	const within = { mult: 1, means: [4], ppl: 10 * MAX_PERPLEXITY_RATIO, kl: MAX_KL };
	expect(bestMult(unsteered, within, { ...over, ppl: 15.1 })).toBe(1);
	expect(bestMult(unsteered, within, { ...over, kl: 0.41 })).toBe(1);
	expect(bestMult(unsteered, within, { ...over, ppl: null })).toBe(1);
	expect(bestMult(unsteered, within, over)).toBe(2);
	const [only] = bestSettings([experiment([unsteered, { ...over, ppl: 20 }])]);
	expect(only).toMatchObject({
		effect: 9,
		tradeoff: [
			'mean score: 9.00 of 10, from 0.00 of 10 unsteered',
			'perplexity 20.0, from 10.0 unsteered: over the bound',
		],
	});
});

it('says for either label what happens, and how to measure the cost', () => {
	const points = [
		{ mult: 0, means: [1, 0] },
		{ mult: 1, means: [0.9, 0.75] },
	];
	expect(bestSettings([experiment(points, null)])).toEqual([
		{
			...{ behavior: 'refusal', experiment: 0, mult: 1, effect: 0.75 },
			tradeoff: [
				'harmful: 90% refused, from 100% refused unsteered',
				'harmless: 75% refused, from 0% refused unsteered',
				'cost not measured: pnpm eval --model organism --dataset prompts --temp 1.5 --mults 0 1 --measure ppl kl',
			],
		},
	]);
});

it('has none without scores or without an unsteered multiplier', () => {
	expect(bestSettings([])).toEqual([]);
	expect(bestMult({ mult: 1, means: [3] }, { mult: 2, means: [4] })).toBeUndefined();
	expect(bestMult({ mult: 0, means: [] }, { mult: 1, means: [] })).toBeUndefined();
	expect(bestMult({ mult: 0, means: [3] })).toBeUndefined();
});

it('does not depend on the order of multipliers', () => {
	const points = fc.uniqueArray(fc.record({ mult: fc.integer({ min: -4, max: 4 }), means: fc.tuple(fc.nat(3)) }), {
		selector: ({ mult }) => mult,
	});
	fc.assert(
		fc.property(points, (some) => {
			expect(bestMult(...some)).toBe(bestMult(...[...some].reverse()));
		}),
	);
});
