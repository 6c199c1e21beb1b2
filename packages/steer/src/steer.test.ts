import { spawn } from 'node:child_process';
import {
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultLayer } from '@steering/core/model-defaults';
import { parseSettings, responsePath, type SettingsInput, vecPath } from '@steering/core/settings';
import { readVector, writeVector } from '@steering/core/vectors';
import { generateVectors } from '@steering/generate-vectors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SteerOptions, steer } from './steer.js';

const LAYER = defaultLayer('organism', false);
const settingsOf = (input: Partial<SettingsInput> = {}) => parseSettings({ model: 'organism', layer: LAYER, ...input });
const settings = settingsOf();

const SCRUB = { residual: true, layer: 'all', scrub: true, leace: 'leace' } as const;

let vectors: string;
/** Vector files of all layers, relative to a root. */
let layers: string[];
let root: string;
let folders: string[] = [];

/** A folder with the organism's vectors in it. */
function folder(): string {
	const made = mkdtempSync(join(tmpdir(), 'steer-'));
	folders.push(made);
	return made;
}

beforeAll(async () => {
	vectors = folder();
	layers = (await generateVectors({ settings, root: vectors })).vectors;
	await generateVectors({ settings: settingsOf({ residual: true }), root: vectors });
});
beforeEach(async () => {
	root = folder();
	for (const input of [{}, { residual: true }]) await copyVector(vecPath(settingsOf(input), LAYER));
});
afterAll(() => {
	for (const made of folders) rmSync(made, { recursive: true, force: true });
	folders = [];
});

async function copyVector(path: string): Promise<void> {
	await writeVector(join(root, path), await readVector(join(vectors, path)));
}

const few = (more: Partial<SteerOptions> = {}): SteerOptions => ({
	settings,
	mults: [1],
	root,
	prompts: 2,
	repeats: 3,
	maxNewTokens: 8,
	...more,
});

const repliesAt = (mult: number, s = settings) => JSON.parse(readFileSync(join(root, responsePath(s, mult)), 'utf8'));

/** Every file below a folder with its bytes. */
function contents(of: string): Record<string, string> {
	const files = readdirSync(of, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	return Object.fromEntries(
		files.map((entry) => {
			const path = join(entry.parentPath, entry.name);
			return [path.slice(of.length), readFileSync(path, 'latin1')];
		}),
	);
}

describe('steer', () => {
	it("writes the reference's response files, harmful prompts first", async () => {
		const files = await steer(few({ mults: [-1, 1] }));
		expect(files).toEqual([
			{ mult: -1, path: `artifacts/responses/responses_Morganism_Dprompts_L${LAYER}_T1.5_X-1.0.json`, skipped: false },
			{ mult: 1, path: `artifacts/responses/responses_Morganism_Dprompts_L${LAYER}_T1.5_X1.0.json`, skipped: false },
		]);
		const items = repliesAt(1);
		expect(items.map(({ label }: { label: string }) => label)).toEqual(['harmful', 'harmful', 'harmless', 'harmless']);
		expect(Object.keys(items[0])).toEqual(['label', 'prompt', 'responses']);
		for (const { responses } of items) expect(responses).toHaveLength(3);
	});

	it('gives the same bytes twice, other replies to another seed, and its own to each repeat', async () => {
		await steer(few());
		const first = contents(root);
		await steer(few({ overwrite: true }));
		expect(contents(root)).toEqual(first);
		const before = repliesAt(1);
		await steer(few({ overwrite: true, seed: 1 }));
		expect(repliesAt(1)).not.toEqual(before);
		expect(new Set(before[0].responses).size).toBeGreaterThan(1);
	});

	it('a reply depends on its own prompt, repeat and multiplier, not on what else is sampled', async () => {
		await steer(few({ mults: [-1, 0, 1], prompts: 2, repeats: 4 }));
		const many = repliesAt(1);
		await steer(few({ mults: [1], prompts: 1, repeats: 2, overwrite: true }));
		const [harmful, harmless] = repliesAt(1);
		expect(harmful).toMatchObject({ prompt: many[1].prompt, responses: many[1].responses.slice(0, 2) });
		expect(harmless).toMatchObject({ prompt: many[3].prompt, responses: many[3].responses.slice(0, 2) });
	});

	it('skips what is complete, without opening a session, and refuses files made otherwise', async () => {
		await steer(few());
		const made = contents(root);
		const [again] = await steer(few({ onStart: (replies) => expect(replies).toBe(0) }));
		expect(again).toMatchObject({ skipped: true });
		await expect(steer(few({ repeats: 4 }))).rejects.toMatchObject({ code: 'ERR_MISMATCH' });
		expect(await steer(few({ batch: 3 }))).toMatchObject([{ skipped: true }]);
		await expect(steer(few({ batch: 0 }))).rejects.toMatchObject({ code: 'ERR_USAGE' });
		await expect(steer(few({ trivial: true }))).rejects.toMatchObject({ code: 'ERR_MISMATCH' });
		expect(contents(root)).toEqual(made);
	});

	it('takes files of a version that named the size of the batch', async () => {
		await steer(few());
		const path = join(root, `${responsePath(settings, 1)}.manifest.json`);
		const manifest = JSON.parse(readFileSync(path, 'utf8'));
		manifest.sampling.rowsPerBatch = 64;
		writeFileSync(path, JSON.stringify(manifest));
		expect(await steer(few())).toMatchObject([{ skipped: true }]);
	});

	it('--top-k 1 is greedy at any temperature, and another experiment', async () => {
		await steer(few({ settings: settingsOf({ temp: 0 }), repeats: 1 }));
		await steer(few({ topK: 1, repeats: 2 }));
		const greedy = repliesAt(1, settingsOf({ temp: 0 }));
		for (const [i, { responses }] of repliesAt(1).entries()) {
			expect(responses).toEqual([greedy[i].responses[0], greedy[i].responses[0]]);
		}
		await expect(steer(few({ topK: 2, repeats: 2 }))).rejects.toThrow('its sampling differ');
	});

	it('multiplier 0 and --trivial are the unsteered model', async () => {
		const greedy = settingsOf({ temp: 0 });
		await steer(few({ settings: greedy, mults: [0], repeats: 1 }));
		const plain = repliesAt(0, greedy);
		await steer(few({ settings: greedy, mults: [2], repeats: 1, trivial: true }));
		expect(repliesAt(2, greedy)).toEqual(plain);
		await steer(few({ settings: greedy, mults: [2], repeats: 1, overwrite: true }));
		expect(repliesAt(2, greedy)).not.toEqual(plain);
	});

	it("--bias on the MLP's output is the vector after the layer, up to rounding", async () => {
		const greedy = settingsOf({ temp: 0 });
		await steer(few({ settings: greedy, repeats: 1, precision: 'exact' }));
		const added = repliesAt(1, greedy);
		await steer(few({ settings: greedy, repeats: 1, precision: 'exact', bias: true, overwrite: true }));
		expect(repliesAt(1, greedy)).toEqual(added);
	});

	it.each([
		{ leace: 'leace' as const },
		{ leace: 'orth' as const, toks: 'after' as const },
		{ leace: 'quad' as const },
		{ leace: 'quad' as const, residual: true, layer: 'all' as const },
		{ leace: 'quadlda' as const },
		{ leace: 'quadlda' as const, layer: 'all' as const, toks: 'after' as const },
		{ leace: 'leace' as const, residual: true, layer: 'all' as const },
		{ dataset: 'ab' as const, logit: true },
		{ dataset: 'ab' as const, logit: true, leace: 'leace' as const },
		{ dataset: 'abcon' as const, logit: true, layer: 'all' as const },
		{ residual: true, layer: 'all' as const, scrub: true, leace: 'leace' as const },
	])('erases and steers with %o, at multiplier 0 too', async (input) => {
		const steered = settingsOf({ temp: 0, ...input });
		await generateVectors({ settings: steered, root });
		await steer(few({ settings: steered, mults: [0, 8], repeats: 1 }));
		expect(repliesAt(8, steered)).not.toEqual(repliesAt(0, steered));
		const [again] = await steer(few({ settings: steered, mults: [8], repeats: 1 }));
		expect(again).toMatchObject({ skipped: true });
	});

	it.each([{ layer: 'all' as const }, { residual: true }, { toks: 'before' as const }, { toks: 'after' as const }])(
		'steers with %o',
		async (input) => {
			if (input.layer === 'all') for (const path of layers) await copyVector(path);
			const steered = settingsOf(input);
			await steer(few({ settings: steered, mults: [0, 3] }));
			expect(repliesAt(3, steered)).not.toEqual(repliesAt(0, steered));
		},
	);
});

it('--scrub is fitted for all multipliers to be sampled before the replies, and says how far it is', async () => {
	const settings = settingsOf(SCRUB);
	const calls: string[] = [];
	const onFit = (done: number, total: number) => calls.push(`${done}/${total}`);
	const onStart = (replies: number) => calls.push(`${replies} replies`);
	const sublayers = 2 * 5;
	const counted = (fits: number) => Array.from({ length: fits + 1 }, (_, done) => `${done}/${fits}`);
	await steer(few({ settings, mults: [0, 1], onFit, onStart }));
	expect(calls).toEqual([...counted(2 * sublayers), '24 replies']);
	calls.length = 0;
	await steer(few({ settings, mults: [0, 1, 2], onFit, onStart }));
	expect(calls).toEqual([...counted(sublayers), '12 replies']);
});

it('says that --logit --leace orth is LEACE, and nothing about other settings', async () => {
	const notes: string[] = [];
	const onNote = (note: string) => notes.push(note);
	// There are no such vectors here: a note comes before anything is read.
	for (const leace of ['leace', null, 'orth'] as const) {
		const settings = settingsOf({ dataset: 'abcon', logit: true, leace });
		await expect(steer(few({ settings, onNote }))).rejects.toMatchObject({ code: 'ERR_MISSING_INPUT' });
	}
	await expect(steer(few({ settings: settingsOf({ dataset: 'caa', leace: 'orth' }), onNote }))).rejects.toThrow();
	expect(notes).toEqual([expect.stringContaining('LEACE eraser')]);
});

describe('bad input leaves every file as it was', () => {
	it.each([
		['a multiplier list that is empty', { mults: [] }, 'ERR_USAGE'],
		['--bias with --toks', { bias: true, settings: settingsOf({ toks: 'after' }) }, 'ERR_USAGE'],
		['--bias with an eraser', { bias: true, settings: settingsOf({ leace: 'leace' }) }, 'ERR_USAGE'],
		['--trivial with an eraser', { trivial: true, settings: settingsOf({ leace: 'leace' }) }, 'ERR_USAGE'],
		['--force with --scrub', { force: true, settings: settingsOf(SCRUB) }, 'ERR_USAGE'],
		['a multiplier too large for float32', { mults: [1, 1e39] }, 'ERR_USAGE'],
		['one whose norm is', { mults: [1, -1e25] }, 'ERR_USAGE'],
		['one with --scrub', { mults: [1, 1e39], settings: settingsOf(SCRUB) }, 'ERR_USAGE'],
		['vectors that were never made', { settings: settingsOf({ dataset: 'caa' }) }, 'ERR_MISSING_INPUT'],
		['a layer past the end', { settings: settingsOf({ layer: 99 }) }, 'ERR_USAGE'],
		['a model that is nowhere', { settings: settingsOf({ model: './nowhere' }) }, 'ERR_MISSING_INPUT'],
		['a data folder that is nowhere', { data: './nowhere' }, 'ERR_MISSING_INPUT'],
	])('%s', async (_, more, code) => {
		const before = contents(root);
		await expect(steer(few(more))).rejects.toMatchObject({ code });
		expect(contents(root)).toEqual(before);
	});

	it('a vector of the wrong width, of another model, or read elsewhere', async () => {
		const path = join(root, vecPath(settings, LAYER));
		const { vector, provenance } = await readVector(path);
		const wrong = [
			{ vector: vector.slice(1), provenance },
			{ vector, provenance: { ...provenance, fingerprint: 'another' } },
			{ vector, provenance: { ...provenance, hookPoint: '0.resid_post' } },
		];
		for (const file of wrong) {
			await writeVector(path, file);
			await expect(steer(few())).rejects.toMatchObject({ code: 'ERR_MISMATCH' });
		}
		expect(existsSync(join(root, 'artifacts/responses'))).toBe(false);
		await writeVector(path, wrong[1]!);
		expect(await steer(few({ force: true }))).toHaveLength(1);
	});

	it('a truncated vector file is named', async () => {
		const path = join(root, vecPath(settings, LAYER));
		writeFileSync(path, readFileSync(path).subarray(0, -4));
		await expect(steer(few())).rejects.toMatchObject({ code: 'ERR_BAD_FILE', message: expect.stringContaining(path) });
	});
});

describe('the command', () => {
	const runner = fileURLToPath(new URL('../../../scripts/run.js', import.meta.url));
	const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
		spawn(process.execPath, [runner, 'steer', ...args], {
			...{ cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
		});
	const ended = async (child: ReturnType<typeof run>) => {
		let errors = '';
		child.stderr.on('data', (chunk) => {
			errors += chunk;
		});
		const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
		return { code, errors };
	};

	it('ends after kill -9 and a second start with the bytes of an uninterrupted run', async () => {
		const flags = ['--mults', '-1', '1', '--prompts', '4', '--repeats', '64', '--max-new-tokens', '12'];
		await ended(run(flags));
		const whole = contents(root);
		expect(Object.keys(whole).filter((path) => path.includes('responses'))).toHaveLength(4);
		rmSync(join(root, 'artifacts/responses'), { recursive: true });
		const child = run(flags);
		const gone = ended(child);
		const journal = join(root, `${responsePath(settings, -1)}.partial.jsonl`);
		while (!existsSync(journal) || readFileSync(journal, 'utf8').split('\n').length < 3)
			await new Promise((r) => setTimeout(r, 10));
		child.kill('SIGKILL');
		await gone;
		expect(existsSync(journal)).toBe(true);
		expect((await ended(run(flags))).code).toBe(0);
		expect(contents(root)).toEqual(whole);
	}, 300_000);

	it('writes what the library writes, and loads for it no more packages than it needs', async () => {
		await steer(few());
		const written = contents(root);
		const scripts = folder();
		// Builds, if need be.
		await ended(run(['--help']));
		// V8 lists every script that a process has loaded: speed is guarded by counting them, not by timing.
		const flags = ['--overwrite', '--mults', '1', '--prompts', '2', '--repeats', '3', '--max-new-tokens', '8'];
		expect(await ended(run(flags, { NODE_V8_COVERAGE: scripts }))).toMatchObject({ code: 0 });
		expect(contents(root)).toEqual(written);
		const { result } = JSON.parse(readFileSync(join(scripts, readdirSync(scripts)[0]!), 'utf8')) as {
			result: { url: string }[];
		};
		const packageOf = (url: string) => /.*node_modules\/((@[^/]+\/)?[^/]+)/.exec(url)?.[1];
		const packages = new Set(result.flatMap(({ url }) => packageOf(url) ?? []));
		expect([...packages].sort()).toMatchInlineSnapshot(`
			[
			  "graceful-fs",
			  "onnxruntime-common",
			  "onnxruntime-node",
			  "proper-lockfile",
			  "retry",
			  "signal-exit",
			  "write-file-atomic",
			]
		`);
		const own = result.filter(({ url }) => url.startsWith('file:') && !packageOf(url));
		expect(own.length).toBeLessThan(30);
	});

	it('asks once for a build where a source was only touched', async () => {
		const source = fileURLToPath(new URL('./defaults.ts', import.meta.url));
		const stamp = fileURLToPath(new URL('../dist/.tsbuildinfo', import.meta.url));
		const touched = new Date();
		utimesSync(source, touched, touched);
		expect((await ended(run(['--help']))).code).toBe(0);
		expect(statSync(stamp).mtimeMs).toBeGreaterThanOrEqual(statSync(source).mtimeMs);
	});

	it('says in one line what is wrong with a flag, and exits with 2', async () => {
		for (const mult of ['much', '1e39']) {
			const { code, errors } = await ended(run(['--mults', mult]));
			expect(code).toBe(2);
			expect(errors.trim().split('\n')).toHaveLength(1);
			expect(errors).toContain(Number.isNaN(Number(mult)) ? mult : String(Number(mult)));
		}
	});
});
