import { readdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { describePlan } from '../src/describe-plan.js';
import type { Job } from '../src/job.js';
import { loadRun } from '../src/load-run.js';
import { parseRun } from '../src/parse-run.js';
import { runGraph } from '../src/run-graph.js';
import { parseSlots } from '../src/slot.js';
import { repository, Scratch } from './scratch.js';

const folder = fileURLToPath(new URL('../../../runs/', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));

let scratch: Scratch;
beforeEach(() => {
	scratch = new Scratch();
	symlinkSync(`${repository}/scripts`, `${scratch.root}/scripts`);
});
afterEach(async () => {
	vi.unstubAllEnvs();
	await scratch.remove();
});

const load = (file: string) => loadRun(`${folder}${file}`);
const kinds = (jobs: readonly { name: string }[]) => {
	const counts: Record<string, number> = {};
	for (const { name } of jobs) counts[name.split('_', 1)[0]!] = (counts[name.split('_', 1)[0]!] ?? 0) + 1;
	return counts;
};

/** Settings and vectors of each file, as counted in the reference's own files where it had one of them alone. */
test.each<[string, { gen?: number; steer: number; mults: number }]>([
	// 6 data sets, 3 erasers; 33 multipliers of ab, 17 of the others
	['0709-sweeps.ts', { gen: 6, steer: 18, mults: 3 * 33 + 15 * 17 }],
	['0710-quad.ts', { gen: 3, steer: 3, mults: 6 }],
	['0710-residual.ts', { gen: 3, steer: 9, mults: 3 * 49 + 6 * 17 }],
	['0712-wide.ts', { gen: 4, steer: 4 + 6, mults: 2 * 8 + 2 * 4 + 6 * 41 }],
	['0713-logit.ts', { gen: 2, steer: 6, mults: 6 * 41 }],
	['0713-toks.ts', { gen: 6, steer: 12, mults: 12 * 21 }],
	// 26 coarse and 22 fine ones, less the 5 of both
	['0715-all-layers.ts', { gen: 1, steer: 1, mults: 43 }],
	// 8 behaviors (none is one), 2 places: ab with none, orth and log-odds, openr with three erasers
	['0716-behaviors.ts', { gen: 48, steer: 8 * 2 * 6, mults: 8 * 2 * 6 * 11 }],
	['0718-behaviors-wide.ts', { gen: 48, steer: 8 * 2 * 7, mults: 8 * 2 * 7 * 31 }],
	['0719-scrub.ts', { steer: 20, mults: 20 * 21 }],
	['0721-scrub-orth.ts', { steer: 20, mults: 20 * 21 }],
	// run0724: "Generated N commands" of 49 vectors and 89 settings: 20 sources of 3 erasers, 9 log-odds, 20 at one layer
	['0724-llama31.ts', { gen: 49, steer: 89, mults: 89 * 21 }],
	['0729-llama2.ts', { gen: 49, steer: 89, mults: 89 * 11 }],
	['0730-quadlda.ts', { gen: 20, steer: 40, mults: 40 * 3 }],
	['0802-open.ts', { gen: 16, steer: 48, mults: 48 * 21 }],
	['demo.ts', { gen: 2, steer: 2, mults: 10 }],
	['grid-276.ts', { gen: 2 * 58, steer: 276, mults: 276 * 31 }],
])('%s is planned: each artifact is written once, as many as there should be', async (file, { gen, steer, mults }) => {
	const run = await load(file);
	const plan = await describePlan(run, parseSlots('0,1,2,3'), scratch.root, {});
	expect(kinds(plan.jobs)).toEqual({ ...(gen ? { gen } : {}), steer, eval: steer, plots: steer });
	const outputs = run.jobs.flatMap((job) => job.outputs);
	expect(new Set(outputs).size).toBe(outputs.length);
	expect(outputs.filter((path) => path.startsWith('artifacts/responses/')).length).toBe(mults);
	const judges = run.jobs.flatMap(({ name, command }) =>
		name.startsWith('eval_') ? [[command].flat().join(' ')] : [],
	);
	if (file !== 'demo.ts')
		for (const line of judges) expect(line).toMatch(/--server --port \$\(\(8000 \+ STEERING_SLOT\)\)$/);
});

test('every run file is counted above', () => {
	expect(files.length).toBe(17);
});

/** The job of each file that tells it from the others. */
const CHARACTERISTIC: Record<string, RegExp> = {
	'0709-sweeps.ts': /^steer_organism_caa_l2_leace$/,
	'0710-quad.ts': /^steer_organism_caa_l2_quad$/,
	'0710-residual.ts': /^steer_organism_caa_residual_all$/,
	'0712-wide.ts': /^steer_organism_ab_l2_orth$/,
	'0713-logit.ts': /^steer_organism_abcon_residual_logit_all_orth$/,
	'0713-toks.ts': /^steer_organism_opencon_l2_before$/,
	'0715-all-layers.ts': /^steer_organism_prompts_all$/,
	'0716-behaviors.ts': /^steer_organism_openr_hallucination_residual_all_leace$/,
	'0718-behaviors-wide.ts': /^steer_organism_ab_survival-instinct_logit_l2$/,
	'0719-scrub.ts': /^steer_organism_caa_residual_scrub_all_leace$/,
	'0721-scrub-orth.ts': /^steer_organism_caa_residual_scrub_all_orth$/,
	'0724-llama31.ts': /^steer_organism_opencon_residual_all_orth$/,
	'0729-llama2.ts': /^steer_organism_abcon_l2$/,
	'0730-quadlda.ts': /^steer_organism_caa_l2_quadlda$/,
	'0802-open.ts': /^steer_organism_open_refusal_l2$/,
	'grid-276.ts': /^steer_organism_prompts_residual_all_leace$/,
};

test('each runs on the embedded model with the environment alone changed: what it steers, at a small scale', async () => {
	vi.stubEnv('STEERING_RUN_MODEL', 'organism');
	vi.stubEnv('STEERING_RUN_STEER', '--prompts 1 --repeats 1 --max-new-tokens 4');
	const jobs = new Map<string, Job>();
	for (const file of files.filter((name) => name !== 'demo.ts')) {
		const run = await load(file);
		expect(run.name).toBe(`${file.replace('.ts', '')}_organism`);
		const steer = run.jobs.filter(({ name }) => CHARACTERISTIC[file]?.test(name));
		expect(
			steer.map(({ name }) => name),
			file,
		).toHaveLength(1);
		const needed = run.jobs.filter(({ name }) => steer[0]!.needs.includes(name));
		for (const job of [...needed, steer[0]!]) jobs.set(job.name, job);
	}
	const run = parseRun({ name: 'small', jobs: [...jobs.values()] }, 'small', 'small');
	const summary = await runGraph({ run, slots: parseSlots('cpu:2'), root: scratch.root });
	expect(summary).toMatchObject({ done: jobs.size, failed: [], skipped: [] });
}, 300_000);

test('runs/demo.ts, from nothing to plots; then nothing is left to do, and what gets lost is made again', async () => {
	const demo = () =>
		scratch.command(['node', 'scripts/run.js', 'gpu-graph', `${folder}demo.ts`, 'cpu:2'], { STEERING_MODEL: '' });
	const first = await demo();
	expect([first.stdout, first.exitCode]).toEqual([expect.stringMatching(/^demo: 8 done, in \d+s$/), 0]);
	const inFolder = (path: string, end: string) =>
		readdirSync(`${scratch.root}/${path}`).filter((name) => name.endsWith(end));
	expect(inFolder('artifacts/vecs', '.safetensors').length).toBeGreaterThan(2);
	expect(inFolder('artifacts/responses', '.json').filter((name) => !name.includes('manifest'))).toHaveLength(10);
	expect([inFolder('plots', '.png'), inFolder('plots', '.svg')].map(({ length }) => length)).toEqual([2, 2]);
	expect(inFolder('logs', '.log')).toHaveLength(8);
	expect((await demo()).stdout).toMatch(/^demo: 0 done, 8 done before/);
	await scratch.command(['rm', `artifacts/responses/responses_Morganism_Dprompts_L2_T0.7_X1.0.json`]);
	const again = await demo();
	expect(again.stderr).toContain('_X1.0.json is gone)');
	expect(again.stdout).toMatch(/^demo: 3 done, 5 done before/);
}, 300_000);
