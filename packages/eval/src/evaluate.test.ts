import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeManifest, readManifest, readResponses, writeManifest, writeResponses } from '@steering/core/artifacts';
import { parseSettings, responsePath, type SettingsInput } from '@steering/core/settings';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EvaluateOptions, evaluate } from './evaluate.js';

const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url));
const missing = existsSync(shared) ? '' : ' (skipped: no shared/ beside the repository)';
/** Weights at random: its verdicts mean nothing, and are always the same. */
const tiny = join(shared, 'fixtures/tiny/onnx-genai');
const otherTiny = join(shared, 'fixtures/tiny/onnx-optimum');
const packageFolder = fileURLToPath(new URL('..', import.meta.url));

const roots: string[] = [];
let root = '';
beforeEach(() => {
	root = newRoot();
});
afterEach(() => {
	for (const folder of roots.splice(0)) rmSync(folder, { recursive: true });
});

function newRoot(): string {
	const folder = mkdtempSync(join(tmpdir(), 'eval-'));
	roots.push(folder);
	return folder;
}

const TOY = { model: 'toy', layer: 2 };
const REFUSAL: SettingsInput = { ...TOY, dataset: 'ab', behavior: 'refusal' };

/** Replies as steer leaves them: two prompts, two replies each, every one different. */
async function steered(input: SettingsInput, mult: number, { folder = root, prompts = 2, repeats = 2 } = {}) {
	const settings = parseSettings(input);
	const path = responsePath(settings, mult);
	const items = Array.from({ length: prompts }, (_, p) => ({
		...(settings.behavior === null ? { label: p % 2 === 0 ? ('harmful' as const) : ('harmless' as const) } : {}),
		prompt: `Prompt ${p} at ${mult}?`,
		responses: Array.from({ length: repeats }, (_, r) => `Reply ${r} to ${p}: ${'word '.repeat(r + p)}.`),
	}));
	await writeResponses(join(folder, path), items);
	const model = { name: settings.model, fingerprint: 'f', precision: 'fast' };
	await writeManifest(join(folder, path), makeManifest({ command: 'steer', settings, model, seed: 7 }));
	return { settings, path, file: join(folder, path) };
}

const run = (options: Partial<EvaluateOptions> = {}) =>
	evaluate({ root, judgeModel: tiny, precision: 'exact', threads: 1, ...options });
const bytes = (file: string) => [file, `${file}.manifest.json`].map((path) => readFileSync(path, 'utf8'));
const names = () => readdirSync(join(root, 'artifacts/responses'));

describe.skipIf(missing)(`evaluate${missing}`, () => {
	it('writes truth values without a behavior and grades with one, and who judged', async () => {
		const plain = await steered(TOY, -1);
		const graded = await steered(REFUSAL, 0.5);
		const files = await run();
		expect(files.map(({ path, skipped }) => ({ path, skipped }))).toEqual([
			{ path: graded.path, skipped: false },
			{ path: plain.path, skipped: false },
		]);
		for (const { scores, num_scores, responses } of await readResponses(plain.file)) {
			expect(scores?.map((score) => typeof score)).toEqual(responses.map(() => 'boolean'));
			expect(num_scores).toBeUndefined();
		}
		for (const { scores, num_scores, responses } of await readResponses(graded.file)) {
			expect(num_scores?.every((score) => Number.isInteger(score) && score >= 0 && score <= 10)).toBe(true);
			expect(num_scores).toHaveLength(responses.length);
			expect(scores).toBeUndefined();
		}
		const { judge, seed, command } = await readManifest(plain.file);
		expect({ judge, seed, command }).toEqual({
			judge: {
				kind: 'local',
				name: 'onnx-genai',
				fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
				precision: 'exact',
				prompt: expect.stringMatching(/^[0-9a-f]{32}$/),
			},
			seed: 7,
			command: 'steer',
		});
		expect(names().filter((name) => !/X[-.\d]+\.json(\.manifest\.json)?$/.test(name))).toEqual([]);
	});

	it('skips what is scored, and redoes it when asked to', async () => {
		const { file, settings } = await steered(TOY, 1);
		await run();
		const first = bytes(file);
		await steered(TOY, 2);
		const seen: number[] = [];
		const files = await run({ settings, onStart: (replies) => seen.push(replies) });
		expect(files.map(({ mult, skipped }) => [mult, skipped])).toEqual([
			[1, true],
			[2, false],
		]);
		await run({ settings, overwrite: true, onStart: (replies) => seen.push(replies) });
		expect(seen).toEqual([4, 8]);
		expect(bytes(file)).toEqual(first);
	});

	it('scores only the multipliers asked for', async () => {
		const one = await steered(TOY, 1);
		const zero = await steered(TOY, 0);
		await run({ settings: one.settings, mults: [1] });
		expect((await readResponses(one.file))[0]!.scores).toBeDefined();
		expect((await readResponses(zero.file))[0]!.scores).toBeUndefined();
		expect((await run({ mults: [0] })).map(({ mult }) => mult)).toEqual([0]);
	});

	it('names both judges when the scores present are of another one', async () => {
		const { file, settings, path } = await steered(TOY, 1);
		await run();
		const before = bytes(file);
		await expect(run({ judgeModel: otherTiny })).rejects.toMatchObject({
			code: 'ERR_MISMATCH',
			message: expect.stringMatching(
				/X1\.0\.json was scored by onnx-genai \(.*\), and onnx-optimum \(.*\) is asked for/,
			),
			hint: expect.stringContaining('--overwrite'),
		});
		await expect(run({ precision: 'fast' })).rejects.toThrow(/\(precision exact\), and onnx-genai \(precision fast\)/);
		expect(bytes(file)).toEqual(before);
		// With no judge named there is nothing to compare, and nothing to do.
		expect(await evaluate({ root, settings })).toMatchObject([{ path, skipped: true }]);
		await run({ judgeModel: otherTiny, overwrite: true });
		expect((await readManifest(file)).judge).toMatchObject({ name: 'onnx-optimum' });
	});

	it('takes the scores of an unknown judge for another one', async () => {
		const { file, settings } = await steered(TOY, 1);
		const items = await readResponses(file);
		await writeResponses(
			file,
			items.map((item) => ({ ...item, scores: item.responses.map(() => true) })),
		);
		await expect(run({ settings })).rejects.toThrow('was scored by an unknown judge');
		expect(await evaluate({ root })).toMatchObject([{ skipped: true }]);
	});

	it('finishes a file of which only some prompts are scored', async () => {
		const { file } = await steered(TOY, 1);
		const [first, second] = await readResponses(file);
		await run();
		const whole = bytes(file);
		await steered(TOY, 1);
		await writeResponses(file, [{ ...first!, scores: [null, null] }, second!]);
		await run();
		expect(bytes(file)).toEqual(whole);
	});

	it('scores files of the reference, which have no manifest', async () => {
		const { file, settings } = await steered(TOY, 1);
		rmSync(`${file}.manifest.json`);
		await run();
		expect(await readManifest(file)).toMatchObject({ command: 'eval', settings, judge: { name: 'onnx-genai' } });
	});

	it('an abort keeps what was scored, and the rest ends with the same bytes', async () => {
		const { file } = await steered(TOY, 1, { prompts: 6, repeats: 6 });
		const twin = await steered(TOY, 1, { folder: newRoot(), prompts: 6, repeats: 6 });
		await run({ root: roots.at(-1)! });
		const controller = new AbortController();
		const onProgress = () => controller.abort(new Error('enough'));
		const before = bytes(file);
		await expect(run({ signal: controller.signal, onProgress })).rejects.toThrow('enough');
		expect(bytes(file)).toEqual(before);
		let left = 0;
		await run({ onProgress: (n) => (left += n) });
		expect(left).toBeGreaterThan(0);
		expect(left).toBeLessThan(36);
		expect(bytes(file)).toEqual(bytes(twin.file));
	});

	it('ends with the same bytes after kill -9', async () => {
		const { file } = await steered(REFUSAL, 1, { prompts: 16, repeats: 5 });
		const twin = await steered(REFUSAL, 1, { folder: newRoot(), prompts: 16, repeats: 5 });
		await run({ root: roots.at(-1)! });
		const before = bytes(file);
		const child = startEvaluation({ root, judgeModel: tiny, precision: 'exact', threads: 1 });
		const journal = `${file}.scores.partial.jsonl`;
		while (child.exitCode === null && !(existsSync(journal) && readFileSync(journal, 'utf8').split('\n').length > 10)) {
			await new Promise((resolve) => setTimeout(resolve, 2));
		}
		child.kill('SIGKILL');
		await once(child, 'exit');
		expect(child.signalCode).toBe('SIGKILL');
		expect(bytes(file)).toEqual(before);
		let left = 0;
		await run({ onProgress: (n) => (left += n) });
		expect(left).toBeGreaterThan(0);
		expect(left).toBeLessThan(80);
		expect(bytes(file)).toEqual(bytes(twin.file));
		expect(existsSync(journal)).toBe(false);
	});

	it('does not mix the unfinished scores of two judges', async () => {
		const { file } = await steered(TOY, 1, { prompts: 6, repeats: 6 });
		const controller = new AbortController();
		const stop = { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) };
		await expect(run(stop)).rejects.toThrow('enough');
		await expect(run({ judgeModel: otherTiny })).rejects.toMatchObject({ code: 'ERR_MISMATCH' });
		await run({ judgeModel: otherTiny, overwrite: true });
		expect((await readManifest(file)).judge).toMatchObject({ name: 'onnx-optimum' });
	});
});

function startEvaluation(options: EvaluateOptions): ChildProcess {
	const code = `import { evaluate } from './src/evaluate.ts'; await evaluate(${JSON.stringify(options)});`;
	const flags = ['--import', 'tsx', '--conditions=source', '--input-type=module', '-e', code];
	return spawn(process.execPath, flags, { cwd: packageFolder, stdio: 'ignore' });
}

describe('before any model is loaded', () => {
	it('other models are judged by the server on port 8005, and when none is there both choices are named', async () => {
		const { file } = await steered(TOY, 1);
		const before = bytes(file);
		await expect(evaluate({ root })).rejects.toMatchObject({
			code: 'ERR_NETWORK',
			message: expect.stringMatching(
				/^no judge for the replies of toy \(.*\): no judge server is ready at http:\/\/127\.0\.0\.1:8005\/v1 \(/,
			),
			hint: 'start one there, or with --server; or name a local model as judge with --judge-model NAME|FOLDER alone',
		});
		expect(bytes(file)).toEqual(before);
	});

	it('settings of a server are for the default one, and refused where a local judge is the default', async () => {
		await steered({ ...TOY, model: 'organism' }, 1);
		const asked = { root, serverSettings: { retries: 1 } };
		await expect(evaluate(asked)).rejects.toMatchObject({ code: 'ERR_USAGE' });
		await steered(TOY, 1);
		await expect(evaluate(asked)).rejects.toMatchObject({ code: 'ERR_NETWORK' });
	});

	it('what is not there is named with the steer command that makes it', async () => {
		await expect(evaluate({ root })).rejects.toMatchObject({
			code: 'ERR_MISSING_INPUT',
			message: 'no responses in artifacts/responses',
			hint: 'make them with `pnpm steer`',
		});
		const { settings } = await steered({ ...REFUSAL, residual: true }, 1);
		await expect(evaluate({ root, settings, mults: [1, -0.5] })).rejects.toMatchObject({
			code: 'ERR_MISSING_INPUT',
			message: expect.stringMatching(/^no responses at multiplier -0.5 \(artifacts.*_X-0\.5\.json\)$/),
			hint: 'make them with `pnpm steer --model toy --dataset ab --behavior refusal --residual --layer 2 --temp 1.5 --mults -0.5`',
		});
		await expect(evaluate({ root, settings: { ...settings, layer: 3 } })).rejects.toMatchObject({
			code: 'ERR_MISSING_INPUT',
			message: 'no responses of M:toy D:ab B:refusal R:res L:3 T:1.5 in artifacts/responses',
		});
		await expect(evaluate({ root, mults: [3] })).rejects.toMatchObject({ code: 'ERR_MISSING_INPUT' });
	});

	it('a file that is none of ours is left out by name', async () => {
		const { file } = await steered({ ...TOY, model: 'organism' }, 1);
		const notes: string[] = [];
		writeFileSync(join(root, 'artifacts/responses/responses_mine.json'), '[]');
		writeFileSync(`${file}.lock-owner`, '{}');
		const items = await readResponses(file);
		await writeResponses(
			file,
			items.map((item) => ({ ...item, scores: [true, false] })),
		);
		const files = await evaluate({ root, onNote: (note) => notes.push(note) });
		expect(files).toMatchObject([{ skipped: true, scores: [{ label: 'harmful', mean: 0.5, n: 2, nulls: 0 }, {}] }]);
		expect(notes).toEqual([expect.stringMatching(/responses_mine\.json is not named as an artifact: left out/)]);
	});

	it('a damaged file stops everything', async () => {
		const { file } = await steered(TOY, 1);
		writeFileSync(file, readFileSync(file, 'utf8').slice(0, -3));
		await expect(evaluate({ root, judgeModel: tiny })).rejects.toMatchObject({ code: 'ERR_BAD_FILE' });
	});
});
