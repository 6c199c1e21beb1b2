import type { SettingsInput } from '@steering/core/settings';
import { expect, expectTypeOf, test } from 'vitest';
import { chain } from './chain.js';
import { experiments } from './experiments.js';
import { grid } from './grid.js';
import { parseRun } from './parse-run.js';
import { runSetup } from './run-setup.js';
import { seq } from './seq.js';
import { usualMults } from './usual-mults.js';

test('grid: every combination, the last axis fastest, typed by its values', () => {
	const points = grid(
		{ dataset: ['ab', 'openr'], layer: [15, 'all'] },
		({ dataset, layer }) => dataset === 'ab' || layer === 15,
	);
	expectTypeOf(points).toEqualTypeOf<{ dataset: 'ab' | 'openr'; layer: 15 | 'all' }[]>();
	expect(points).toEqual([
		{ dataset: 'ab', layer: 15 },
		{ dataset: 'ab', layer: 'all' },
		{ dataset: 'openr', layer: 15 },
	]);
});

test('chain: generate, steer, eval, plots; settings with the same vectors share one gen job', () => {
	const settings = grid({
		dataset: ['openr'],
		behavior: ['refusal'],
		residual: [true],
		layer: ['all'],
		leace: [null, 'orth'],
	});
	const jobs = chain(settings, { mults: [-1, '0.0'], steer: ['--repeats', '2'], judgePort: 8000 });
	const { jobs: parsed } = parseRun({ jobs }, 'x', 'x');
	expect(parsed.map(({ name, needs, gpus }) => [name, ...needs, gpus])).toEqual([
		['gen_openr_refusal_residual', 1],
		['steer_openr_refusal_residual_all', 'gen_openr_refusal_residual', 1],
		['eval_openr_refusal_residual_all', 'steer_openr_refusal_residual_all', 1],
		['plots_openr_refusal_residual_all', 'eval_openr_refusal_residual_all', 0],
		['steer_openr_refusal_residual_all_orth', 'gen_openr_refusal_residual', 1],
		['eval_openr_refusal_residual_all_orth', 'steer_openr_refusal_residual_all_orth', 1],
		['plots_openr_refusal_residual_all_orth', 'eval_openr_refusal_residual_all_orth', 0],
	]);
	const line = (index: number) => [parsed[index]!.command].flat().join(' ');
	expect(line(0)).toBe('node scripts/run.js generate-vectors --dataset openr --behavior refusal --residual');
	const flags = '--dataset openr --behavior refusal --residual --layer all --leace orth --mults -1 0.0';
	expect(line(4)).toBe(`node scripts/run.js steer ${flags} --repeats 2`);
	expect(line(5)).toBe(`node scripts/run.js eval ${flags} --server --port $((8000 + STEERING_SLOT))`);
	expect(line(6)).toBe(`node scripts/run.js plots ${flags}`);
});

test('chain: scrubbing has no gen job; nonsense and repetition are refused', () => {
	const scrub = { dataset: 'caa', residual: true, scrub: true, layer: 'all', leace: 'leace' } as const;
	expect(chain(scrub, { mults: [1], plots: false }).map(({ name, needs }) => [name, needs])).toEqual([
		['steer_caa_residual_scrub_all_leace', []],
		['eval_caa_residual_scrub_all_leace', ['steer_caa_residual_scrub_all_leace']],
	]);
	expect(() => chain({ dataset: 'caa', logit: true }, { mults: [1] })).toThrow('--logit');
	expect(() => chain([{ layer: 3 }, { layer: 3 }], { mults: [1] })).toThrow('the same settings are there twice');
});

test('chain: what its jobs write is among their outputs, by the defaults of the commands', () => {
	const outputs = (settings: SettingsInput, env?: Record<string, string>) => {
		const jobs = chain(settings, {
			mults: ['-0.50', 2],
			measure: ['kl', 'ppl', '--text', 'wiki.txt'],
			...(env && { env }),
		});
		return Object.fromEntries(jobs.map((job) => [job.name.split('_', 1)[0], job.outputs]));
	};
	const of = (part: string) => `artifacts/responses/responses_${part}`;
	expect(outputs({ model: 'llama3', dataset: 'ab', layer: 'all', residual: true })).toEqual({
		gen: ['artifacts/vecs/vec_Mllama3_Dab_Rres_L0.safetensors'],
		steer: [of('Mllama3_Dab_Rres_Lall_T1.5_X-0.5.json'), of('Mllama3_Dab_Rres_Lall_T1.5_X2.0.json')],
		eval: [],
		measure: [
			of('Mllama3_Dab_Rres_Lall_T1.5_X-0.5.json.measures.json'),
			of('Mllama3_Dab_Rres_Lall_T1.5_X2.0.json.measures.json'),
		],
		plots: ['plots/plot_Mllama3_Dab_Rres_Lall_T1.5.png', 'plots/plot_Mllama3_Dab_Rres_Lall_T1.5.svg'],
	});
	expect(outputs({}, { STEERING_MODEL: 'llama32' }).gen).toEqual([
		'artifacts/vecs/vec_Mllama32_Dprompts_L8.safetensors',
	]);
	expect(() => outputs({ model: 'no-such-model' })).toThrow('there is no model no-such-model');
});

test('chain: measures run beside eval, before plots', () => {
	const jobs = chain({ model: 'llama3', layer: 15 }, { mults: [1], measure: ['kl', 'ppl', '--text', 'wiki.txt'] });
	expect(jobs.map(({ name, needs = [] }) => [name, ...needs]).slice(2)).toEqual([
		['eval_llama3_prompts_l15', 'steer_llama3_prompts_l15'],
		['measure_llama3_prompts_l15', 'steer_llama3_prompts_l15'],
		['plots_llama3_prompts_l15', 'eval_llama3_prompts_l15', 'measure_llama3_prompts_l15'],
	]);
	expect([jobs[3]?.command].flat().slice(2).join(' ')).toBe(
		'eval --model llama3 --layer 15 --mults 1 --measure kl ppl --text wiki.txt',
	);
});

test('experiments: every combination that makes sense', () => {
	const axes = {
		dataset: ['ab', 'caa'],
		behavior: ['refusal', null],
		layer: [3, 'all'],
		logit: [false, true],
	} as const;
	const labels = experiments(axes).map(({ dataset, behavior, layer, logit, residual }) =>
		[dataset, behavior, layer, logit && 'logit', residual && 'res'].filter(Boolean).join(' '),
	);
	expect(labels.filter((label) => label.startsWith('caa'))).toEqual(['caa 3', 'caa all res']);
	expect(labels).toHaveLength(2 * 2 * 2 + 2);
	expect(() => experiments({ layer: [-1] })).toThrow('neither a layer number');
});

test('another model for a run file: its layer, its state, no judge server for what judges itself', () => {
	const given = { name: 'sweep', model: 'llama3', layer: 15, judgePort: 8000 };
	expect(runSetup(given, {})).toEqual({
		...{ name: 'sweep', model: 'llama3', layer: 15 },
		options: { steer: [], eval: [], judgePort: 8000 },
	});
	expect(runSetup(given, { STEERING_RUN_MODEL: 'organism', STEERING_RUN_STEER: ' --prompts 2  --repeats 1' })).toEqual({
		...{ name: 'sweep_organism', model: 'organism', layer: 2 },
		options: { steer: ['--prompts', '2', '--repeats', '1'], eval: [] },
	});
	const hub = { STEERING_RUN_MODEL: 'org/some-8B', STEERING_RUN_LAYER: '12', STEERING_RUN_EVAL: '--port 8005' };
	expect(runSetup(given, hub)).toEqual({
		...{ name: 'sweep_some-8B', model: 'org/some-8B', layer: 12 },
		options: { steer: [], eval: ['--port', '8005'] },
	});
	expect(() => runSetup(given, { STEERING_RUN_LAYER: 'mid' })).toThrow('STEERING_RUN_LAYER: mid is no layer number');
});

test('usual multipliers: 21 of them, as the Python run files compute them', () => {
	expect(usualMults({ dataset: 'prompts', layer: 'all' })).toHaveLength(21);
	expect(usualMults({ dataset: 'prompts', layer: 15 }).slice(0, 2)).toEqual(['-3.750', '-3.375']);
	expect(usualMults({ dataset: 'openr', layer: 15 }, { scale: 1.5, steps: 15 })).toEqual(seq(-7.5, 0.5, 7.5));
	expect(usualMults({ dataset: 'abcon', logit: true, layer: 'all' }).at(-1)).toBe('12.0');
});
