import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultLayer } from '@steering/core/model-defaults';
import { responsePath } from '@steering/core/settings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_MULTS, DEMO_PROMPTS, DEMO_REPEATS, demoSettings } from './run-demo.js';

const runner = fileURLToPath(new URL('../../../scripts/run.js', import.meta.url));

interface Ended {
	code: number | null;
	out: string;
	errors: string;
}

function run(root: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
	const child = spawn(process.execPath, [runner, ...args], {
		cwd: root,
		env: { ...process.env, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const ended: Ended = { code: null, out: '', errors: '' };
	child.stdout.on('data', (chunk) => {
		ended.out += chunk;
	});
	child.stderr.on('data', (chunk) => {
		ended.errors += chunk;
	});
	return new Promise((resolve) => child.on('close', (code) => resolve({ ...ended, code })));
}

describe('pnpm demo, from nothing', () => {
	let root: string;
	let demo: Ended;
	beforeAll(async () => {
		root = mkdtempSync(join(tmpdir(), 'demo-'));
		demo = await run(root, ['demo']);
	}, 300_000);
	afterAll(() => rmSync(root, { recursive: true }));

	const settings = demoSettings(defaultLayer('organism', false));
	const items = (mult: number): { label: string; responses: string[]; scores: boolean[] }[] =>
		JSON.parse(readFileSync(join(root, responsePath(settings, mult)), 'utf8'));
	const refusal = (mult: number, label: string) => {
		const scores = items(mult)
			.filter((item) => item.label === label)
			.flatMap((item) => item.scores);
		return scores.filter(Boolean).length / scores.length;
	};

	it('ends well, prints a row a multiplier, and names its pictures', () => {
		expect(demo).toMatchObject({ code: 0 });
		for (const mult of DEMO_MULTS) expect(demo.out).toMatch(new RegExp(`^${mult.toFixed(2)} +\\d+% +\\d+%$`, 'm'));
		const pictures = demo.out.match(/\S+\.png/g)!;
		expect(pictures.map((path) => basename(path))).toEqual([
			'plot_Morganism_Dprompts_L2_T1.0.png',
			'plot_Morganism_Dprompts_geometry.png',
			'plot_Morganism_Dprompts_separation.png',
		]);
		for (const png of pictures) {
			const beside = (ending: string) => readFileSync(png.replace(/png$/, ending), 'utf8');
			expect(readFileSync(png).subarray(1, 4).toString()).toBe('PNG');
			expect(beside('svg')).toMatch(/^<svg/);
			expect(beside('html')).toMatch(/^<!doctype html>/);
		}
	});

	it('steers refusal up and down', () => {
		const [low, high] = [DEMO_MULTS[0]!, DEMO_MULTS.at(-1)!];
		const most = (label: string) => Math.max(...DEMO_MULTS.map((mult) => refusal(mult, label)));
		const least = (label: string) => Math.min(...DEMO_MULTS.map((mult) => refusal(mult, label)));
		expect(refusal(0, 'harmful')).toBeGreaterThan(0.8);
		expect(refusal(0, 'harmless')).toBeLessThan(0.2);
		expect(most('harmless')).toBeGreaterThan(0.8);
		expect(least('harmful')).toBeLessThan(0.2);
		expect(refusal(high, 'harmless')).toBeGreaterThan(refusal(low, 'harmless'));
	});

	it('samples and scores every reply', () => {
		for (const mult of DEMO_MULTS) {
			expect(items(mult)).toHaveLength(2 * DEMO_PROMPTS);
			for (const { responses, scores } of items(mult)) {
				expect(responses).toHaveLength(DEMO_REPEATS);
				expect(scores).toHaveLength(DEMO_REPEATS);
			}
		}
	});

	it('does nothing twice', async () => {
		const before = DEMO_MULTS.map((mult) => readFileSync(join(root, responsePath(settings, mult)), 'utf8'));
		const again = await run(root, ['demo']);
		expect(again).toEqual({ code: 0, out: demo.out, errors: '' });
		expect(DEMO_MULTS.map((mult) => readFileSync(join(root, responsePath(settings, mult)), 'utf8'))).toEqual(before);
	}, 60_000);
});

describe.each([
	'generate-vectors',
	'steer',
	'eval',
	'plots',
	'report',
	'gpu-graph',
	'datasets',
	'build-model',
	'parity',
	'demo',
])('pnpm %s', (command) => {
	it('answers --help without loading the model runtime, the tokenizers or the drawing libraries', async () => {
		const root = mkdtempSync(join(tmpdir(), 'help-'));
		// Builds, if need be.
		await run(root, [command, '--help']);
		// V8 lists every script that a process has loaded: what is counted here cannot make --help slow.
		const { code, out } = await run(root, [command, '--help'], { NODE_V8_COVERAGE: root });
		const loaded = readdirSync(root).flatMap((file) => scriptsIn(join(root, file)));
		rmSync(root, { recursive: true });
		expect(code).toBe(0);
		expect(out).toContain('Usage:');
		expect(loaded.some((url) => /\/dist\/(bundle\/)?cli\.js$/.test(url) && url.includes(`/${command}/`))).toBe(true);
		expect(
			loaded.filter((url) => /onnxruntime|transformers|huggingface|resvg|vega|esbuild|tsx|execa/.test(url)),
		).toEqual([]);
	});
});

function scriptsIn(coverage: string): string[] {
	const { result } = JSON.parse(readFileSync(coverage, 'utf8')) as { result: { url: string }[] };
	return result.map(({ url }) => url);
}
