import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { resolveDataRoot } from '@steering/core/datasets';
import { type Activations, meanDifference } from '@steering/core/erasure';
import { HookedModel } from '@steering/core/model';
import { actsPath, DATASETS, eraserPath, parseSettings, type SettingsInput, vecPath } from '@steering/core/settings';
import { readActivations, readEraser, readVector } from '@steering/core/vectors';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { longestArray } from '../../core/test/longest-array.js';
import { type GenerateVectorsOptions, generateVectors } from './generate-vectors.js';

const settingsOf = (input: Partial<SettingsInput> = {}) => parseSettings({ model: 'organism', layer: 'all', ...input });

let root: string;
let layers: number;
beforeAll(async () => {
	const model = await HookedModel.load('organism');
	layers = model.info.layers;
});
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'vectors-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const files = () =>
	existsSync(root)
		? Object.fromEntries(
				readdirSync(root, { recursive: true, withFileTypes: true })
					.filter((entry) => entry.isFile())
					.map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'latin1')]),
			)
		: {};

describe('generateVectors', () => {
	const behaviorOf = (dataset: string) => (['ab', 'openr', 'open'].includes(dataset) ? ('sycophancy' as const) : null);

	it.each(DATASETS)('%s: a vector for each layer, the difference of the saved means', async (dataset) => {
		const settings = settingsOf({ dataset, behavior: behaviorOf(dataset) });
		const result = await generateVectors({ settings, root });
		expect(result.vectors).toHaveLength(layers);
		expect(Object.keys(files())).toHaveLength(3 * layers);
		for (const layer of [0, layers - 1]) {
			const side = (positive: boolean): Promise<Activations> =>
				readActivations(join(root, actsPath(settings, { positive, layer }))).then(({ activations }) => activations);
			const [positives, negatives] = [await side(true), await side(false)];
			expect([positives.rows, negatives.rows]).toEqual([result.positives, result.negatives]);
			const { vector, provenance } = await readVector(join(root, vecPath(settings, layer)));
			expect(vector).toEqual(meanDifference(positives, negatives));
			expect(vector.some((value) => value !== 0)).toBe(true);
			expect(provenance).toMatchObject({
				model: 'organism',
				hookPoint: `${layer}.resid_post`,
				layer,
				dataset,
				readout: 'last',
			});
		}
	});

	it('with residual, a vector for what each sub-layer adds: together with the embedding they make up the stream', async () => {
		await generateVectors({ settings: settingsOf(), root });
		const result = await generateVectors({ settings: settingsOf({ residual: true }), root });
		expect(result.vectors).toHaveLength(2 * layers);
		const vectorOf = async (residual: boolean, layer: number) =>
			(await readVector(join(root, vecPath(settingsOf({ residual }), layer)))).vector;
		for (let layer = 1; layer < layers; layer++) {
			const [before, attention, mlp, after] = [
				await vectorOf(false, layer - 1),
				await vectorOf(true, 2 * layer),
				await vectorOf(true, 2 * layer + 1),
				await vectorOf(false, layer),
			];
			for (const [i, value] of after.entries()) expect(before[i]! + attention[i]! + mlp[i]!).toBeCloseTo(value, 3);
		}
	});

	it.each(['ab', 'abcon'] as const)(
		'%s with logit: a log-odds vector and an eraser a layer, from the positives alone',
		async (dataset) => {
			const settings = settingsOf({ dataset, logit: true });
			const result = await generateVectors({ settings, root });
			expect(result).toMatchObject({ negatives: 0, skipped: false });
			const kinds = Object.keys(files()).map((name) => name.split('_')[0]);
			for (const kind of ['acts', 'eraser', 'vec']) expect(kinds.filter((each) => each === kind)).toHaveLength(layers);
			const { eraser } = await readEraser(join(root, eraserPath(settings, 1)));
			const { vector } = await readVector(join(root, vecPath(settings, 1)));
			const { activations } = await readActivations(join(root, actsPath(settings, { positive: true, layer: 1 })));
			const erased = eraser.erase(activations);
			expect(vector.some((value) => value !== 0)).toBe(true);
			expect(erased.some((value, i) => Math.abs(value - activations.data[i]!) > 1e-3)).toBe(true);
			expect(await generateVectors({ settings, root })).toMatchObject({ skipped: true });
		},
	);

	it('skips what is there, makes it again with overwrite, or when the data changed or a file is damaged', async () => {
		const data = join(root, 'data');
		cpSync(resolveDataRoot({ model: 'organism' }), data, { recursive: true });
		const run = (more: Partial<GenerateVectorsOptions> = {}) =>
			generateVectors({ settings: settingsOf(), root, data, ...more });
		expect(await run()).toMatchObject({ skipped: false, positives: 32, negatives: 32 });
		const first = files();
		expect(await run()).toMatchObject({ skipped: true });
		expect(await run({ overwrite: true })).toMatchObject({ skipped: false });
		expect(files()).toEqual(first);
		writeFileSync(join(root, vecPath(settingsOf(), 1)), 'damaged');
		expect(await run()).toMatchObject({ skipped: false });
		expect(files()).toEqual(first);
		const csv = join(data, 'harm_dataset.csv');
		writeFileSync(csv, readFileSync(csv, 'utf8').split('\n').slice(0, -3).join('\n'));
		expect(await run()).toMatchObject({ skipped: false, positives: expect.any(Number) });
	});

	it.each([
		['a model that is nowhere', { settings: settingsOf({ model: './nowhere' }) }, 'ERR_MISSING_INPUT'],
		['a data folder that is nowhere', { data: './nowhere' }, 'ERR_MISSING_INPUT'],
	])('%s is refused and nothing is written', async (_, more, code) => {
		await expect(generateVectors({ settings: settingsOf(), root, ...more })).rejects.toMatchObject({ code });
		expect(files()).toEqual({});
	});

	it('goes on where it was stopped, and ends with the same bytes', async () => {
		const settings = settingsOf({ dataset: 'ab', behavior: 'sycophancy' });
		const { positives, negatives } = await generateVectors({ settings, root });
		const whole = files();
		rmSync(join(root, 'artifacts'), { recursive: true });
		await stopAfter(64, settings);
		expect(Object.keys(files())).toEqual([expect.stringMatching(/partial\.jsonl$/)]);
		let resumed = 0;
		await generateVectors({ settings, root, onProgress: (done) => (resumed += done) });
		expect(resumed).toBe(positives + negatives);
		expect(files()).toEqual(whole);
	});

	it('stops when its signal aborts, leaving nothing', async () => {
		const abort = new AbortController();
		const run = generateVectors({
			settings: settingsOf(),
			root,
			signal: abort.signal,
			onProgress: () => abort.abort(),
		});
		await expect(run).rejects.toThrow('aborted');
		expect(files()).toEqual({});
	});
});

/** A run that is stopped once more examples than these are captured. */
async function stopAfter(examples: number, settings: GenerateVectorsOptions['settings']): Promise<void> {
	const abort = new AbortController();
	let seen = 0;
	const onProgress = (done: number) => {
		seen += done;
		if (seen > examples) abort.abort();
	};
	await expect(generateVectors({ settings, root, signal: abort.signal, onProgress })).rejects.toThrow('aborted');
}

describe('drafts', () => {
	const settings = settingsOf({ dataset: 'ab', behavior: 'sycophancy' });
	const acts = (positive: boolean) => join(root, actsPath(settings, { positive, layer: 1 }));

	it('lie beside their files until all are captured, those of before untouched', async () => {
		await generateVectors({ settings, root });
		const before = files();
		const during: (typeof before)[] = [];
		await generateVectors({ settings, root, overwrite: true, onProgress: () => during.push(files()) });
		expect(during.at(-1)).toMatchObject(before);
		const others = Object.keys(during.at(-1)!).filter((name) => !(name in before));
		const drafts = Object.keys(before).filter((name) => name.startsWith('acts_'));
		expect(others.filter((name) => name.endsWith('.partial')).sort()).toEqual(
			drafts.map((name) => `${name}.partial`).sort(),
		);
		expect(files()).toEqual(before);
	});

	it('that a killed run left are written over', async () => {
		await generateVectors({ settings, root });
		const whole = files();
		writeFileSync(`${acts(true)}.partial`, 'left '.repeat(1e6));
		await generateVectors({ settings, root, overwrite: true });
		expect(files()).toEqual(whole);
	});

	it.each([
		['twice the same line', (lines: string[]) => [lines[0], lines[1], lines[1]], 3],
		['a line too few', (lines: string[]) => [lines[0], lines[2]], 2],
		['fewer numbers', (lines: string[]) => [lines[0], lines[1]!.replace(/"[^"]{4}(?=[^"]{40})/, '"')], 2],
	])('a journal with %s is refused, and nothing is left of them', async (_, damage, line) => {
		await stopAfter(128, settings);
		const journal = join(root, `${vecPath(settings, 0)}.partial.jsonl`);
		const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
		expect(lines).toHaveLength(3);
		writeFileSync(
			journal,
			damage(lines)
				.map((each) => `${each}\n`)
				.join(''),
		);
		const message = expect.stringContaining(`${journal}, line ${line}: not the next`);
		await expect(generateVectors({ settings, root })).rejects.toMatchObject({ code: 'ERR_BAD_FILE', message });
		expect(Object.keys(files())).toEqual([expect.stringMatching(/partial\.jsonl$/)]);
	});

	it('activations of 512 prompts a side take no more memory than of 128', async () => {
		const data = join(root, 'data');
		const csv = join(data, 'harm_dataset.csv');
		const longest = async (times: number) => {
			cpSync(resolveDataRoot({ model: 'organism' }), data, { recursive: true });
			const [header, ...lines] = readFileSync(csv, 'utf8').trimEnd().split('\n');
			writeFileSync(csv, [header, ...Array(times).fill(lines).flat(), ''].join('\n'));
			let result: unknown;
			const most = await longestArray(async () => {
				result = await generateVectors({ settings: settingsOf(), root, data, overwrite: true });
			});
			expect(result).toMatchObject({ positives: 32 * times, negatives: 32 * times });
			return most;
		};
		const few = await longest(4);
		expect(await longest(16)).toBe(few);
	});
});

describe('meanDifference', () => {
	it('refuses activations that are not numbers, naming them', () => {
		const good = { data: Float32Array.of(1, 2, 3, 4), rows: 2, width: 2 };
		const bad = { data: Float32Array.of(1, Number.NaN, 3, 4), rows: 2, width: 2 };
		expect(() => meanDifference(good, bad)).toThrow('the negatives: NaN or infinite numbers');
		expect(() => meanDifference({ ...bad, name: 'A at 3.mlp_out' }, good)).toThrow('A at 3.mlp_out: NaN');
	});
});

describe('answers that are no letter, with --logit', () => {
	/** The organism's questions about one behavior, some of them answered otherwise. */
	function dataWith(behavior: string, answers: readonly string[]): { data: string; path: string } {
		const data = join(root, 'data');
		const path = join(data, 'CAA', 'generate', behavior, 'generate_dataset.json');
		mkdirSync(dirname(path), { recursive: true });
		const source = join(resolveDataRoot({ model: 'organism' }), 'CAA', 'generate', behavior, 'generate_dataset.json');
		const rows = JSON.parse(readFileSync(source, 'utf8')).slice(0, answers.length);
		const answered = answers.map((answer_matching_behavior, i) => ({ ...rows[i], answer_matching_behavior }));
		writeFileSync(path, JSON.stringify(answered));
		return { data, path };
	}
	const run = (behavior: 'sycophancy' | 'survival-instinct', data: string) =>
		generateVectors({ settings: settingsOf({ dataset: 'ab', behavior, logit: true }), root, data });
	const refused = (behavior: 'sycophancy' | 'survival-instinct', data: string) =>
		run(behavior, data).catch(({ code, message, hint }) => ({ code, message, hint }));

	it('are refused, naming file and row', async () => {
		const { data, path } = dataWith('sycophancy', ['(A)', '(B)', 'yes.', '(A)']);
		expect(await refused('sycophancy', data)).toMatchObject({
			code: 'ERR_BAD_FILE',
			message: `${path}, row 3: the answer is neither (A nor (B`,
		});
		expect(existsSync(join(root, 'artifacts'))).toBe(false);
	});

	it('are skipped for survival-instinct', async () => {
		const { data } = dataWith('survival-instinct', ['(A)', 'yes.', '(B)', '(B)', '?', '(A)']);
		expect(await run('survival-instinct', data)).toMatchObject({ positives: 4, negatives: 0 });
	});

	it.each([
		[0, ['yes.', 'no.', 'yes.']],
		[1, ['yes.', '(A)', 'yes.']],
	])('leave %s rows of survival-instinct: too few', async (count, answers) => {
		const { data, path } = dataWith('survival-instinct', answers);
		expect(await refused('survival-instinct', data)).toMatchObject({
			code: 'ERR_BAD_FILE',
			message: `${path}: ${count} of 3 rows answered with (A or (B, 2 at least`,
			hint: expect.stringContaining('skipped'),
		});
		expect(existsSync(join(root, 'artifacts'))).toBe(false);
	});

	it('rows whose log-odds are the same are named by file and hook point', async () => {
		const { data, path } = dataWith('sycophancy', ['(A)', '(A)']);
		const rows = JSON.parse(readFileSync(path, 'utf8'));
		writeFileSync(path, JSON.stringify([rows[0], rows[0]]));
		const message = expect.stringContaining(`${path} at 0.resid_post: `);
		expect(await refused('sycophancy', data)).toMatchObject({ code: 'ERR_BAD_FILE', message });
	});
});
