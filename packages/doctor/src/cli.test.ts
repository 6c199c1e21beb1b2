import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsShared, tinyModel } from '../../core/test/shared-fixtures.js';
import { tinyGguf } from '../../core/test/tiny-gguf.js';
import type { Finding, Report } from './index.js';

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));
const nodeOptions = ['--conditions=source', `--import=${import.meta.resolve('tsx')}`];

describe('pnpm run doctor', () => {
	let home: string;
	beforeEach(() => {
		home = realpathSync(mkdtempSync(join(tmpdir(), 'doctor-')));
	});
	afterEach(() => rmSync(home, { recursive: true }));
	const run = (env: Record<string, string>, ...flags: string[]) =>
		execaNode(cli, flags, { nodeOptions, reject: false, env: { HF_HOME: home, XDG_CACHE_HOME: home, ...env } });
	const findings = (stdout: string, title: string): Record<string, Finding> => {
		const { sections } = JSON.parse(stdout) as Report;
		return Object.fromEntries(sections.find((each) => each.title === title)!.findings.map((each) => [each.what, each]));
	};

	it('fits a screen, changes nothing, and gives no secret away', async () => {
		const { stdout, exitCode, stderr } = await run({ HF_TOKEN: 'hf_secret' });
		expect([exitCode, stderr]).toEqual([0, '']);
		const lines = stdout.split('\n');
		expect(lines.at(-1)).toBe('The core works.');
		expect(lines.length).toBeLessThanOrEqual(32);
		const marked = lines.slice(0, -1).filter((line) => line.startsWith(' '));
		for (const line of marked) expect(line).toMatch(/^ {2}(ok|– |! ) \S/);
		for (const line of marked.filter((line) => !line.includes(home))) expect(line.length).toBeLessThanOrEqual(100);
		expect(stdout).toContain('HF_TOKEN (set)');
		expect(stdout).not.toContain('hf_secret');
		expect(stdout).toMatch(/ok self-test +organism writes ".+" after [\d.]+ s, \d+ tokens\/s/);
		expect(readdirSync(home)).toEqual([]);
	});

	it('knows which models are ready, there, or missing', async ({ skip }) => {
		skip(needsShared !== '', needsShared);
		writeFileSync(join(home, 'tiny.gguf'), await tinyGguf());
		const own = { STEERING_MODEL_SMOLLM2: tinyModel('onnx-genai'), STEERING_MODEL_LLAMA3: join(home, 'tiny.gguf') };
		const { stdout, exitCode } = await run({ ...own, STEERING_MODEL_LLAMA2: join(home, 'nothing') }, '--json');
		const models = findings(stdout, 'models');
		expect(exitCode).toBe(0);
		expect(models['organism smollm2']).toMatchObject({ state: 'ok', about: 'ready' });
		expect(models.llama3).toMatchObject({ state: 'ok', about: 'there; built at first use' });
		expect(models.llama31).toMatchObject({ state: 'absent', todo: expect.stringContaining('HF_TOKEN') });
		expect(models.llama2).toMatchObject({ state: 'wrong', about: `there is no model at ${join(home, 'nothing')}` });
		expect(models['llama32 qwen25']).toMatchObject({ state: 'absent', about: 'downloaded at first use' });
	});

	it('tells what each execution provider does, in a process of its own', async () => {
		const runtime = findings((await run({}, '--json')).stdout, 'runtime');
		expect(runtime.cpu).toEqual({ state: 'ok', what: 'cpu', about: 'works' });
		for (const provider of ['cuda', 'webgpu']) expect(runtime[provider]?.state).toMatch(/^(ok|absent)$/);
	});

	it('ends with 1 when the embedded model does not run, and still says all the rest', async () => {
		const { stdout, exitCode } = await run({ STEERING_THREADS: 'many' });
		expect(exitCode).toBe(1);
		expect(stdout).toMatch(/! {2}self-test +STEERING_THREADS is many; set it to a whole number/);
		expect(stdout).toContain('tools');
		expect(stdout.split('\n').at(-1)).toBe('The core does not work: see the lines with !.');
	});
});
