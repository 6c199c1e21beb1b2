import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addSettingsOptions, multsOption, withOptions } from '@steering/core/cli';
import { defaultLayer } from '@steering/core/model-defaults';
import { parseSettings } from '@steering/core/settings';
import { generateVectors } from '@steering/generate-vectors';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addMeasureOptions, refuseOtherOptions } from './measure-options.js';

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
const tsx = createRequire(import.meta.url).resolve('tsx');

let root = '';
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'measure-cli-'));
	const settings = parseSettings({ model: 'organism', layer: defaultLayer('organism', false) });
	await generateVectors({ settings, root, threads: 1 });
});
afterAll(() => rmSync(root, { recursive: true }));

function run(...args: string[]) {
	const env = { ...process.env, STEERING_MODEL: '', STEERING_DATA: '', NO_COLOR: '1', NODE_OPTIONS: '' };
	const flags = ['--import', tsx, '--conditions=source', cli, ...args];
	const { status, stdout, stderr } = spawnSync(process.execPath, flags, { cwd: root, env, encoding: 'utf8' });
	return { status, stdout, stderr };
}

it.each([
	[['--baseline', 'random'], '--baseline needs --measure'],
	[['--questions', '5'], '--questions needs --measure'],
	[['--seed', '5', '--layer', '2'], '--seed needs --measure'],
	[['--measure', 'kl', '--judge-model', 'organism'], '--judge-model does not go with --measure'],
	[['--measure', 'kl', '--questions', '5'], '--questions does nothing for --measure kl'],
	[['--measure', 'ab', 'fluency', '--text', 'x'], '--text does nothing for --measure ab fluency'],
	[['--measure', 'fluency', '--data', '.'], '--data does nothing for --measure fluency'],
])('%j is refused', (args, message) => {
	const program = withOptions(new Command(), addSettingsOptions, multsOption, addMeasureOptions);
	program.option('--judge-model <model>').parse(args, { from: 'user' });
	expect(() => refuseOtherOptions(program, program.opts())).toThrow(message);
});

it.each([
	[['--measure', 'kl', '--judge-model', 'organism'], '--judge-model does not go with --measure'],
	[['--measure', 'ab', '--leace', 'quad', '--mults', '1', '--baseline', 'random'], 'makes no sense with --leace quad'],
	[['--json', 'calibrate'], '--json before calibrate'],
])('%j ends with exit code 2 and one line', (args, message) => {
	const { status, stdout, stderr } = run(...args);
	expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
	expect(stderr).toContain(message);
	expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

it('mmlu of the embedded model is missing, and says so', () => {
	const { status, stderr } = run('--measure', 'mmlu', '--mults', '1', '--layer', '2');
	expect(status).toBe(3);
	expect(stderr).toMatch(/no file .*mmlu\.json; .*leave mmlu out/);
});

it('prints a line a measure and multiplier, baseline beside it, and JSON', () => {
	const args = [
		'--measure',
		'ab',
		'kl',
		'--layer',
		'2',
		'--mults',
		'0',
		'1',
		'--questions',
		'4',
		'--baseline',
		'random',
	];
	const { status, stdout } = run(...args, '-v', '--threads', '1');
	expect(status).toBe(0);
	const lines = stdout.trimEnd().split('\n');
	const path = (mult: string) => `artifacts/responses/responses_Morganism_Dprompts_L2_T1.5_X${mult}.json.measures.json`;
	expect(lines.slice(0, 2)).toEqual([path('0.0'), path('1.0')]);
	expect(lines[2]).toMatch(/^measure +mult +value +95% +n +random +random 95%$/);
	expect(lines.slice(3).map((line) => line.split(/ +/).slice(0, 2))).toEqual([
		['ab', '0.0'],
		['ab', '1.0'],
		['kl', '0.0'],
		['kl', '1.0'],
	]);
	expect(lines[5]).toMatch(/^kl +0\.0 +0\.000 +0\.000 to 0\.000 +48 +0\.000 +0\.000 to 0\.000$/);
	expect(existsSync(join(root, path('1.0')))).toBe(true);
	const again = run(...args, '--json');
	const parsed = JSON.parse(again.stdout);
	expect(parsed[3]).toMatchObject({ path: path('1.0'), mult: 1, measure: 'kl', n: 48, skipped: true });
	expect(parsed[3].random.interval).toHaveLength(2);
});
