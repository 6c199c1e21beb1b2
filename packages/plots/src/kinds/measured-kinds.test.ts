import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MeasureRecord, type MeasureRecords, measuresPath, writeMeasures } from '@steering/core/artifacts';
import { actsPath, parseSettings, responsePath, type SettingsInput } from '@steering/core/settings';
import { writeActivations } from '@steering/core/vectors';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { plantedClasses } from '../../test/planted-classes.js';
import { drawPlots, type PlotOptions } from '../index.js';

let root: string;
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'plots-'));
	await mkdir(join(root, 'artifacts', 'responses'), { recursive: true });
	await mkdir(join(root, 'artifacts', 'acts'));
});
afterEach(() => rm(root, { recursive: true }));

const organism = (more: SettingsInput = {}) => parseSettings({ model: 'organism', layer: 2, ...more });
const record = (value: number | null): MeasureRecord => {
	return {
		value,
		interval: value === null ? null : [value, value],
		n: 9,
		unit: 'question',
		values: [],
		provenance: {},
		versions: {},
	};
};

async function measure(input: SettingsInput, mult: number, measures: MeasureRecords): Promise<string> {
	const path = join(root, responsePath(organism(input), mult));
	await writeMeasures(path, { settings: {}, mult, measures });
	return measuresPath(path);
}

async function score(input: SettingsInput, mult: number): Promise<void> {
	const items = ['harmful', 'harmless'].map((label) => ({
		label,
		prompt: label,
		responses: ['r'],
		scores: [mult > 0],
	}));
	await writeFile(join(root, responsePath(organism(input), mult)), JSON.stringify(items));
}

async function recordActivations(
	layer: number,
	sides = [true, false],
	change: (data: Float32Array) => void = () => {},
) {
	const classes = plantedClasses({ rows: 8, width: 4, seed: layer });
	for (const positive of sides) {
		const { data, ...shape } = positive ? classes.positive : classes.negative;
		change(data);
		const provenance = {
			...{
				model: 'organism',
				fingerprint: 'f',
				precision: 'fast',
				hookPoint: `${layer}.resid_post`,
				layer,
				version: '0',
			},
			...{ dataset: 'prompts', behavior: '', examples: 'e', positives: 8, negatives: 8, readout: 'last' as const },
		};
		await writeActivations(join(root, actsPath(organism(), { positive, layer })), { data, ...shape }, provenance);
	}
}

async function draw(options: PlotOptions) {
	const notes: string[] = [];
	const outcome = await drawPlots({ root, onNote: (note) => notes.push(note), ...options }).then(
		(plots) => ({ names: plots.map(({ picture }) => picture.name), plots }),
		(error) => ({ error, names: [], plots: [] }),
	);
	return { error: undefined, ...outcome, notes };
}

it('draws A/B answers from measures alone, of the settings and multipliers asked for', async () => {
	for (const layer of [2, 3]) for (const mult of [-1, 0, 1]) await measure({ layer }, mult, { ab: record(0.5) });
	await score({}, 0);
	expect((await draw({ kind: 'ab' })).names).toEqual(['plot_Morganism_Dprompts_T1.5_ab-by-layer']);
	const { names, plots } = await draw({ kind: 'ab', filter: { layer: 2 }, mults: [-1, 1] });
	expect(names).toEqual(['plot_Morganism_Dprompts_L2_T1.5_ab']);
	expect(plots[0]!.picture.table).toEqual(
		[-1, 1].map((multiplier) => {
			return { multiplier, ab: '0.5000', 'ab 95%': '0.5000 to 0.5000', n: 9, random: '-', 'random 95%': '-' };
		}),
	);
	expect((await readdir(join(root, 'plots'))).length).toBe(8);
});

it('draws the trade-off where there are scores and costs, and notes where there is one of them', async () => {
	for (const mult of [-1, 0, 1]) await score({}, mult);
	await score({ layer: 3 }, 1);
	for (const mult of [-1, 1, 2]) await measure({}, mult, { kl: record(mult ** 2) });
	const { names, notes, plots } = await draw({ kind: 'tradeoff' });
	expect(names).toEqual(['plot_Morganism_Dprompts_L2_T1.5_tradeoff']);
	expect(plots[0]!.picture.figures).toHaveLength(4);
	expect(notes).toEqual([
		'plot_Morganism_Dprompts_L2_T1.5: scores, no measures of cost, left out: multiplier 0',
		'plot_Morganism_Dprompts_L2_T1.5: measures, no scores, left out: multiplier 2',
		'plot_Morganism_Dprompts_L3_T1.5: scores, no measures of cost, left out: multiplier 1',
	]);
});

it('draws layers in their planes, and the separation; one class alone is noted', async () => {
	for (const layer of [0, 1, 10]) await recordActivations(layer);
	await recordActivations(2, [true]);
	const { names, notes, plots } = await draw({ kind: 'geometry', filter: { model: 'organism', dataset: 'prompts' } });
	expect(names).toEqual(['plot_Morganism_Dprompts_geometry', 'plot_Morganism_Dprompts_separation']);
	expect(plots.map(({ picture }) => picture.table.map(({ layer }) => layer))).toEqual([
		[0, 1, 10],
		[0, 1, 10],
	]);
	expect(notes).toEqual(['plot_Morganism_Dprompts: activations of one class only, left out: L2']);
});

it('shows twelve of many layers, the one asked for among them, and measures all', async () => {
	for (let layer = 0; layer < 30; layer++) await recordActivations(layer);
	const { plots } = await draw({ kind: 'geometry', filter: { layer: 7 } });
	const layers = plots.map(({ picture }) => picture.table.map(({ layer }) => layer));
	expect(layers[0]).toHaveLength(12);
	expect(layers[0]).toEqual(expect.arrayContaining([0, 7, 29]));
	expect(layers[1]).toHaveLength(30);
});

it('says which command makes what is missing', async () => {
	const missing = async (options: PlotOptions) => {
		const { error } = await draw(options);
		expect(error).toMatchObject({ code: 'ERR_MISSING_INPUT' });
		return [error.message.replace(root, ''), error.hint];
	};
	const filter = { model: 'organism', layer: 2 };
	expect(await missing({ kind: 'ab', filter, mults: [2] })).toMatchInlineSnapshot(`
		[
		  "no A/B measures with --model organism --layer 2 at multiplier 2.0 in /artifacts/responses",
		  "measure them with \`pnpm eval --measure ab --model organism --layer 2 --mults 2\`",
		]
	`);
	expect(await missing({ kind: 'geometry', filter: { residual: true } })).toMatchInlineSnapshot(`
		[
		  "no activations of two classes with --residual in /artifacts/acts",
		  "record them with \`pnpm generate-vectors --residual\`",
		]
	`);
	expect(await missing({ kind: 'tradeoff' })).toMatchInlineSnapshot(`
		[
		  "no scored responses in /artifacts/responses",
		  "make them with \`pnpm steer\`, then \`pnpm eval\`",
		]
	`);
	await score({}, 1);
	expect(await missing({ kind: 'tradeoff', filter })).toMatchInlineSnapshot(`
		[
		  "no measures of cost beside the scores with --model organism --layer 2 in /artifacts/responses",
		  "measure them with \`pnpm eval --measure kl ppl --model organism --dataset prompts --layer 2 --temp 1.5 --mults 1\`",
		]
	`);
});

it('refuses options that mean nothing to a kind', async () => {
	for (const options of [
		{ kind: 'geometry', mults: [1] },
		{ kind: 'ab', facet: 'layer' },
		{ kind: 'tradeoff', color: 'layer' },
	] as const) {
		expect((await draw(options)).error).toMatchObject({ code: 'ERR_USAGE' });
	}
});

it('draws what it can beside bad files, and fails at the end naming them', async () => {
	await recordActivations(0);
	await recordActivations(1, [true, false], (data) => data.fill(Number.NaN, 3, 4));
	expect((await draw({ kind: 'geometry' })).error).toMatchObject({
		code: 'ERR_BAD_FILE',
		message: expect.stringContaining(`acts_Morganism_Dprompts_L1_P+.safetensors`),
	});
	await measure({}, 1, { ab: record(0.5) });
	const bad = await measure({ layer: 3 }, 1, { ab: record(0.5) });
	await writeFile(bad, '{');
	const { error } = await draw({ kind: 'ab' });
	expect(error).toMatchObject({ code: 'ERR_BAD_FILE', message: expect.stringContaining(bad) });
	expect(await readdir(join(root, 'plots'))).toContain('plot_Morganism_Dprompts_L2_T1.5_ab.svg');
});
