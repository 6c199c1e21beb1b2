import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
	type MeasureName,
	makeManifest,
	measuresPath,
	readMeasures,
	readResponses,
	writeManifest,
	writeResponses,
} from '@steering/core/artifacts';
import { loadAbQuestions, MMLU_PATH, resolveDataRoot } from '@steering/core/datasets';
import type { Intervention } from '@steering/core/interventions';
import { HookedModel } from '@steering/core/model';
import { defaultLayer } from '@steering/core/model-defaults';
import { parseSettings, responsePath, type SettingsInput, vecPath } from '@steering/core/settings';
import { readVector, writeVector } from '@steering/core/vectors';
import { generateVectors } from '@steering/generate-vectors';
import { steer } from '@steering/steer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findResponseFiles } from '../response-files.js';
import { type Measured, type MeasureOptions, measure } from './measure.js';
import { measuresTable } from './print-measures.js';
import { norm } from './random-baseline.js';

const layer = defaultLayer('organism', false);
const settingsOf = (input: Partial<SettingsInput> = {}) => parseSettings({ model: 'organism', layer, ...input });
const settings = settingsOf();
const data = resolveDataRoot({ model: 'organism', env: {} });

const folders: string[] = [];
function folder(): string {
	const made = mkdtempSync(join(tmpdir(), 'measure-'));
	folders.push(made);
	return made;
}
afterAll(() => {
	for (const made of folders) rmSync(made, { recursive: true });
});

let vectors = '';
let model: HookedModel;
let root = '';
beforeAll(async () => {
	vectors = folder();
	await generateVectors({ settings, root: vectors });
	model = await HookedModel.load('organism', { precision: 'fast', threads: 1 });
});
afterAll(() => model.release());
beforeEach(() => {
	root = folder();
	put(vecPath(settings, layer));
});

function put(path: string): void {
	mkdirSync(dirname(join(root, path)), { recursive: true });
	for (const name of [path, `${path}.manifest.json`])
		if (existsSync(join(vectors, name))) copyFileSync(join(vectors, name), join(root, name));
}

const run = (options: Partial<MeasureOptions> = {}) =>
	measure({ root, measures: ['ab'], settings, mults: [0, 1], questions: 6, threads: 1, data, ...options });
const file = (mult: number, s = settings) => join(root, responsePath(s, mult));
const bytes = (mult: number) => readFileSync(measuresPath(file(mult)), 'utf8');
const value = (measured: readonly Measured[], name: MeasureName, mult: number) =>
	measured.find((each) => each.measure === name && each.mult === mult)!.value!;

async function added(mult: number): Promise<Intervention[]> {
	const { vector } = await readVector(join(root, vecPath(settings, layer)));
	return [{ point: { layer, site: 'resid_post' }, vector: vector.map((x) => mult * x), toks: null }];
}

function softmax(logits: Float32Array): Float64Array {
	const weights = Float64Array.from(logits, Math.exp);
	const sum = weights.reduce((a, b) => a + b);
	return weights.map((weight) => weight / sum);
}

describe('what is measured', () => {
	it('ab: the share of the matching letter, of the two, after the opening parenthesis', async () => {
		const measured = await run({ questions: undefined, mults: [1.5] });
		const questions = await loadAbQuestions(null, data);
		const expected: number[] = [];
		for (const { question, matching } of questions) {
			const ids = model.tokenizer.encodeChat([{ role: 'user', content: question }]);
			// The organism's tokens are "(A" and "(B", as Llama 3's.
			const [a, b] = (['A', 'B'] as const).map((letter) => model.tokenizer.answerToken(letter)) as [number, number];
			const [logits] = await model.forward([{ ids, interventions: await added(1.5) }]);
			const p = softmax(logits!);
			expected.push((matching === '(A)' ? p[a]! : p[b]!) / (p[a]! + p[b]!));
		}
		const record = (await readMeasures(file(1.5)))!.measures.ab!;
		expect(record.values).toHaveLength(questions.length);
		for (const [i, each] of record.values.entries()) expect(each).toBeCloseTo(expected[i]!, 4);
		expect(value(measured, 'ab', 1.5)).toBeCloseTo(expected.reduce((a, b) => a + b) / expected.length, 4);
		expect(record).toMatchObject({ n: questions.length, unit: 'question', value: value(measured, 'ab', 1.5) });
	});

	it('ab moves with a vector that is known to move the letters, and the other way with the other letter', async () => {
		const questions = await loadAbQuestions(null, data);
		const ids = questions.map(({ question }) => model.tokenizer.encodeChat([{ role: 'user', content: question }]));
		const last = settingsOf({ layer: model.info.layers - 1 });
		const [a, b] = (['A', 'B'] as const).map((letter) => model.tokenizer.answerToken(letter)) as [number, number];
		const preference: number[] = [];
		const [rows] = await model.capture(ids, [{ layer: last.layer as number, site: 'resid_post' }], {
			onLogits: (i, logits) => {
				preference[i] = logits[a]! - logits[b]!;
			},
		});
		const { width } = model.info;
		const vector = new Float32Array(width);
		const middle = preference.reduce((sum, each) => sum + each, 0) / ids.length;
		for (const [i, each] of preference.entries())
			for (let d = 0; d < width; d++) vector[d]! += (rows![i * width + d]! * (each - middle)) / ids.length;
		const path = vecPath(last);
		const { provenance } = await readVector(join(vectors, path));
		await writeVector(join(root, path), { vector, provenance });
		const mults = [-8, -4, 0, 4, 8];
		for (const letter of ['(A)', '(B)']) {
			const own = join(root, `data ${letter}`);
			const file = join(own, 'CAA/test/refusal/test_dataset_ab.json');
			mkdirSync(dirname(file), { recursive: true });
			const other = letter === '(A)' ? '(B)' : '(A)';
			const items = questions.map(({ question }) => ({
				...{ question, answer_matching_behavior: letter, answer_not_matching_behavior: other },
			}));
			writeFileSync(file, JSON.stringify(items));
			const measured = await run({ settings: last, mults, data: own, overwrite: true });
			const moved = measured.map((each) => each.value!);
			expect(moved).toEqual([...moved].sort((x, y) => (letter === '(A)' ? x - y : y - x)));
			expect(Math.abs(moved.at(-1)! - moved[0]!)).toBeGreaterThan(0.2);
		}
	});

	it('ppl and kl: of the reply alone, each from the logits of one forward pass', async () => {
		const text = join(root, 'text.json');
		const exchanges = [
			{ prompt: 'How are you?', text: 'I am well, thank you.' },
			{ prompt: 'Who are you?', text: 'I am a small language model that knows one village.' },
		];
		writeFileSync(text, JSON.stringify(exchanges));
		const measured = await run({ measures: ['ppl', 'kl'], text, mults: [0, 2], questions: undefined });
		let [nats, divergence, tokens] = [0, 0, 0];
		for (const { prompt, text } of exchanges) {
			const asked = model.tokenizer.encodeChat([{ role: 'user', content: prompt }]);
			const reply = model.tokenizer.encode(text);
			const ids = [...asked, ...reply];
			const { vocab } = model.info;
			const [plain] = await model.forward([{ ids }], 'all');
			const [steered] = await model.forward([{ ids, interventions: await added(2) }], 'all');
			for (const [i, id] of reply.entries()) {
				const at = (asked.length - 1 + i) * vocab;
				const [p, q] = [plain, steered].map((logits) => softmax(logits!.slice(at, at + vocab))) as [
					Float64Array,
					Float64Array,
				];
				nats -= Math.log(q[id]!);
				divergence += p.reduce((sum, each, token) => sum + each * Math.log(each / q[token]!), 0);
				tokens++;
			}
		}
		expect(value(measured, 'ppl', 2)).toBeCloseTo(Math.exp(nats / tokens), 3);
		expect(value(measured, 'kl', 2)).toBeCloseTo(divergence / tokens, 3);
		const { weights } = (await readMeasures(file(2)))!.measures.kl!;
		expect(weights!.reduce((a, b) => a + b)).toBe(tokens);
	});

	it('mmlu: whether the right letter is the likelier one', async () => {
		const own = join(root, 'data');
		const rows = (await loadAbQuestions(null, data)).map(({ question, matching, other }) => ({
			...{ prompt: question, correct: matching, incorrect: other },
		}));
		mkdirSync(dirname(join(own, MMLU_PATH)), { recursive: true });
		mkdirSync(dirname(join(own, 'CAA/test/refusal/x')), { recursive: true });
		writeFileSync(join(own, MMLU_PATH), JSON.stringify(rows));
		copyFileSync(
			join(data, 'CAA/test/refusal/test_dataset_ab.json'),
			join(own, 'CAA/test/refusal/test_dataset_ab.json'),
		);
		await run({ measures: ['ab', 'mmlu'], data: own, mults: [0], questions: undefined });
		const { ab, mmlu } = (await readMeasures(file(0)))!.measures;
		expect(mmlu!.values).toEqual(ab!.values.map((probability) => Number(probability! > 0.5)));
		expect(new Set(mmlu!.values).size).toBe(2);
	});

	it('at multiplier 0 the plain model, to the last bit; further away the further', async () => {
		const mults = [0, 0.5, 1, 2, 4];
		const measured = await run({ measures: ['ppl', 'kl'], mults, questions: undefined });
		expect(value(measured, 'kl', 0)).toBe(0);
		const distances = mults.map((mult) => value(measured, 'kl', mult));
		expect(distances).toEqual([...distances].sort((a, b) => a - b));
		expect(value(measured, 'ppl', 4)).toBeGreaterThan(value(measured, 'ppl', 0));
	});

	it('only the tokens that toks names are steered: the prompt, or what follows it', async () => {
		const before = settingsOf({ toks: 'before' });
		const after = settingsOf({ toks: 'after' });
		const kl = async (s: typeof settings) =>
			value(await run({ measures: ['kl'], mults: [3], settings: s, questions: undefined }), 'kl', 3);
		const [all, prompt, reply] = [await kl(settings), await kl(before), await kl(after)];
		expect(prompt).toBeGreaterThan(0);
		expect(reply).toBeGreaterThan(0);
		expect(all).not.toBeCloseTo(prompt, 3);
		expect(all).not.toBeCloseTo(reply, 3);
	});

	it('fluency: repeated 4-grams, and what the plain model makes of the replies', async () => {
		const loop = 'I will go on and I will go on and I will go on and I will go on.';
		await writeResponses(file(1), [
			{ prompt: 'Hello!', label: 'harmless', responses: ['Hello! How can I help you?', '', loop] },
			{ prompt: 'Who are you?', label: 'harmless', responses: ['', '', ''] },
		]);
		const measured = await run({ measures: ['fluency'], mults: [1], data: undefined, questions: undefined });
		const { repetition, self_ppl } = (await readMeasures(file(1)))!.measures;
		const ids = model.tokenizer.encode(loop);
		const grams = ids.slice(3).map((_, i) => ids.slice(i, i + 4).join());
		expect(repetition!.values[0]).toBeCloseTo((1 - new Set(grams).size / grams.length) / 3, 10);
		expect(repetition).toMatchObject({ n: 2, unit: 'prompt' });
		// The second prompt has no tokens to judge by.
		expect(self_ppl).toMatchObject({
			n: 1,
			weights: [ids.length + model.tokenizer.encode('Hello! How can I help you?').length, 0],
		});
		let nats = 0;
		for (const text of ['Hello! How can I help you?', loop]) {
			const asked = model.tokenizer.encodeChat([{ role: 'user', content: 'Hello!' }]);
			const reply = model.tokenizer.encode(text);
			const [logits] = await model.forward([{ ids: [...asked, ...reply] }], 'all');
			const { vocab } = model.info;
			for (const [i, id] of reply.entries()) {
				const at = (asked.length - 1 + i) * vocab;
				nats -= Math.log(softmax(logits!.slice(at, at + vocab))[id]!);
			}
		}
		expect(Math.log(value(measured, 'self_ppl', 1))).toBeCloseTo(nats / self_ppl!.weights![0]!, 4);
	});
});

describe('files', () => {
	it('say what was measured how, and are no response files', async () => {
		await run({ measures: ['ab', 'kl'], baseline: 'random' });
		const measures = await readMeasures(file(1));
		expect(measures).toMatchObject({ schema: 1, mult: 1, settings: { model: 'organism', layer } });
		expect(Object.keys(measures!.measures)).toEqual(['ab', 'kl']);
		expect(Object.keys(measures!.baselines.random!)).toEqual(['ab', 'kl']);
		expect(measures!.measures.ab!.provenance).toEqual({
			data: {
				file: 'CAA/test/refusal/test_dataset_ab.json',
				items: 6,
				sha256: expect.stringMatching(/^[0-9a-f]{32}$/),
			},
			model: { name: 'organism', fingerprint: model.info.fingerprint, precision: 'fast' },
			method: expect.stringMatching(/^[0-9a-f]{32}$/),
			seed: 0,
			resamples: 2000,
		});
		const names = readdirSync(join(root, 'artifacts/responses'));
		expect(names.every((name) => name.endsWith('.json.measures.json'))).toBe(true);
		const notes: string[] = [];
		await expect(findResponseFiles({ root, onNote: (note) => notes.push(note) })).rejects.toThrow('no responses');
		expect(notes).toEqual([]);
	});

	it('keep what was measured in the same way, and end with the same bytes in whatever steps', async () => {
		const steps = await run({ measures: ['kl'], mults: [1] });
		expect(steps.map(({ skipped }) => skipped)).toEqual([false]);
		const runs: number[] = [];
		const onStart = (n: number) => runs.push(n);
		const more = await run({ measures: ['ab', 'ppl', 'kl'], onStart });
		const perMult = (await readMeasures(file(1)))!.measures.kl!.values.length;
		expect(more.filter(({ skipped }) => skipped).map(({ measure, mult }) => [measure, mult])).toEqual([['kl', 1]]);
		// Two multipliers of ab; of the text both and, since kl is missing at 0, the plain model.
		expect(runs).toEqual([6 * 2 + perMult * 3]);
		const all = [bytes(0), bytes(1)];
		expect((await run({ measures: ['ab', 'ppl', 'kl'], onStart })).every(({ skipped }) => skipped)).toBe(true);
		expect(runs.at(-1)).toBe(0);
		const again = await run({ measures: ['kl', 'ppl', 'ab'], overwrite: true });
		expect(again.some(({ skipped }) => skipped)).toBe(false);
		expect([bytes(0), bytes(1)]).toEqual(all);
	});

	it('refuse what was measured otherwise, and say in what', async () => {
		await run();
		const before = bytes(1);
		await expect(run({ questions: 5 })).rejects.toMatchObject({
			code: 'ERR_MISMATCH',
			message: expect.stringMatching(
				/^ab in artifacts.*X0\.0\.json\.measures\.json was measured otherwise \(its data differ\)$/,
			),
			hint: expect.stringContaining('--overwrite'),
		});
		await expect(run({ seed: 1, precision: 'exact' })).rejects.toThrow('(its model, seed differ)');
		expect(bytes(1)).toBe(before);
		await run({ questions: 5, overwrite: true });
		expect((await readMeasures(file(1)))!.measures.ab!.n).toBe(5);
	});

	it('of an interrupted command hold the measures that were finished', async () => {
		const controller = new AbortController();
		let runs = 0;
		const onProgress = (n: number) => {
			runs += n;
			if (runs > 12) controller.abort(new Error('enough'));
		};
		const options = { measures: ['ab', 'ppl'] as const, signal: controller.signal, onProgress };
		await expect(run(options)).rejects.toThrow('enough');
		expect(Object.keys((await readMeasures(file(1)))!.measures)).toEqual(['ab']);
		const finished = await run({ measures: ['ab', 'ppl'] });
		expect(finished.filter(({ skipped }) => skipped).map(({ measure }) => measure)).toEqual(['ab', 'ab']);
	});

	it('without settings: all response files, and nothing else', async () => {
		await expect(run({ settings: undefined })).rejects.toMatchObject({
			code: 'ERR_MISSING_INPUT',
			hint: expect.stringContaining('--model organism --mults'),
		});
		await expect(run({ mults: undefined })).rejects.toMatchObject({
			code: 'ERR_MISSING_INPUT',
			hint: expect.stringContaining('--mults'),
		});
		await expect(run({ measures: ['ab', 'fluency'] })).rejects.toThrow('no responses at multiplier 0.0');
		await writeResponses(file(0.5), [{ prompt: 'Hello!', responses: ['Hello!'] }]);
		const measured = await run({ measures: ['ab', 'fluency'], settings: undefined, mults: undefined });
		expect(measured.map(({ measure, mult }) => [measure, mult])).toEqual([
			['ab', 0.5],
			['repetition', 0.5],
			['self_ppl', 0.5],
		]);
	});

	it('of replies that another model gave are refused', async () => {
		await writeResponses(file(1), [{ prompt: 'Hello!', responses: ['Hello!'] }]);
		const made = { name: 'organism', fingerprint: 'another', precision: 'fast' };
		await writeManifest(file(1), makeManifest({ command: 'steer', settings, model: made }));
		const fluency = { measures: ['fluency'] as const, mults: [1], data: undefined, questions: undefined };
		await expect(run(fluency)).rejects.toMatchObject({
			code: 'ERR_MISMATCH',
			message: expect.stringMatching(/^the replies in artifacts.*X1\.0\.json are of another model/),
		});
	});

	it('know a folder by its last part, and are found again by the whole of it', async () => {
		const settings = { ...settingsOf(), model: model.files.folder };
		const at = responsePath(settings, 1);
		expect(at).toContain('responses_Mmodel_D');
		await writeResponses(join(root, at), [{ prompt: 'Hello!', responses: ['Hello!'] }]);
		await run({ measures: ['fluency'], settings, mults: undefined, data: undefined, questions: undefined });
		expect((await readMeasures(join(root, at)))!.settings.model).toBe('model');
	});

	it('a multiplier that float32 does not hold is refused, and nothing is written', async () => {
		await expect(run({ measures: ['ppl'], mults: [1e39], questions: undefined })).rejects.toMatchObject({
			code: 'ERR_USAGE',
			message: expect.stringContaining('multiplier 1e+39'),
		});
		expect(existsSync(measuresPath(file(1e39)))).toBe(false);
	});

	it('what a broken model has no value of is a dash in the table', async () => {
		const [measured] = await run({ measures: ['ppl'], mults: [2], questions: undefined });
		const broken = { ...measured!, value: null, interval: null };
		expect(measuresTable([broken])).toMatch(/^ppl +2\.0 +- +- +48$/m);
	});
});

describe('random directions', () => {
	it('are refused where there is none to replace, before anything is read', async () => {
		const quad = settingsOf({ leace: 'quad' });
		await expect(run({ settings: quad, baseline: 'random' })).rejects.toMatchObject({ code: 'ERR_USAGE' });
	});

	it('lie beside the steered ones, and change with the seed', async () => {
		const [first] = await run({ measures: ['kl'], mults: [4], baseline: 'random', questions: undefined });
		expect(first!.random!.value).toBeGreaterThan(0);
		expect(first!.random!.value).not.toBe(first!.value);
		const again = await run({
			measures: ['kl'],
			mults: [4],
			baseline: 'random',
			overwrite: true,
			questions: undefined,
		});
		expect(again).toEqual([first]);
		const [other] = await run({
			measures: ['kl'],
			mults: [4],
			baseline: 'random',
			seed: 5,
			overwrite: true,
			questions: undefined,
		});
		expect(other!.value).toBe(first!.value);
		expect(other!.random!.value).not.toBe(first!.random!.value);
	});

	it('of fluency are sampled as the replies were', async () => {
		const few = { prompts: 2, repeats: 2, maxNewTokens: 12, threads: 1 };
		await steer({ settings, mults: [1], root, ...few });
		const measured = await run({
			measures: ['fluency'],
			mults: [1],
			baseline: 'random',
			data: undefined,
			questions: undefined,
		});
		expect(measured.map(({ random }) => typeof random!.value)).toEqual(['number', 'number']);
		const items = await readResponses(file(1));
		const record = (await readMeasures(file(1)))!.baselines.random!.self_ppl!;
		expect(record.values).toHaveLength(items.length);
		expect(record.provenance.sampling).toMatchObject({ repeats: 2, maxNewTokens: 12, temperature: 1.5 });
		// Refusal is what the vector stands for; a random direction leaves the replies near the plain model's own.
		expect(value(measured, 'self_ppl', 1)).toBeGreaterThan(record.value!);
	});

	it('of replies sampled nobody knows how are refused', async () => {
		await writeResponses(file(1), [{ prompt: 'Hello!', responses: ['Hello!'] }]);
		const options = { measures: ['fluency'] as const, mults: [1], baseline: 'random' as const, data: undefined };
		await expect(run(options)).rejects.toThrow(/how the replies in artifacts.* were sampled is not known/);
	});
});

it('vectors have the norm that random directions are given', async () => {
	const [{ vector }] = (await added(1)) as [Intervention];
	expect(norm(vector)).toBeCloseTo(Math.hypot(...vector), 3);
});
