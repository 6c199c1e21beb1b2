import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readResponses, writeResponses } from '@steering/core/artifacts';
import { parseSettings, responsePath } from '@steering/core/settings';
import { afterAll, beforeAll, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));
const tsx = createRequire(import.meta.url).resolve('tsx');
/** Says at exit which native model runtimes were loaded. */
const WATCH =
	'process.on("exit", () => console.error("loaded:", process.report.getReport().sharedObjects.filter((o) => /onnx/.test(o)).length))';

let root = '';
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), 'eval-cli-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function run(...args: string[]) {
	const flags = [
		'--import',
		tsx,
		'--conditions=source',
		'--import',
		`data:text/javascript,${encodeURIComponent(WATCH)}`,
	];
	const env = { ...process.env, STEERING_MODEL: '', NO_COLOR: '1', NODE_OPTIONS: '' };
	const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, cli, ...args], {
		cwd: root,
		env,
		encoding: 'utf8',
	});
	return { status, stdout, stderr: stderr.replace(/loaded: \d+\n$/, ''), loaded: /loaded: (\d+)\n$/.exec(stderr)?.[1] };
}

it('help loads no model runtime', () => {
	const { status, stdout, loaded } = run('--help');
	expect({ status, loaded }).toEqual({ status: 0, loaded: '0' });
	for (const flag of [
		'--model',
		'--layer',
		'--mults',
		'--overwrite',
		'--judge-model',
		'--judge-prompts',
		'--port',
		'--base-url',
		'--server',
		'--server-command',
		'--wait',
		'--concurrency',
		'--retries',
		'--timeout',
	]) {
		expect(stdout).toContain(`${flag} `);
	}
});

it.each([
	['--base-url http://127.0.0.1:1 --port 8005', '--base-url and --port name two judge servers'],
	['--base-url http://127.0.0.1:1 --server', '--base-url names a judge server, --server starts one on --port'],
	['--server-command serve', '--server-command needs --server'],
	['--port 8005 --threads 2', '--threads is for a local judge, not for a judge server'],
	['--server --precision exact', '--precision is for a local judge, not for a judge server'],
	['--judge-model organism --wait 10', '--wait is for a judge server: name it with --port, --base-url or --server'],
	[
		'--judge-model organism --concurrency 2',
		'--concurrency is for a judge server: name it with --port, --base-url or --server',
	],
	['--port 65536', "--port: '65536' is not a whole number from 1 to 65535"],
	['--server --wait 0', "--wait: '0' is no number of seconds above 0, up to 604800"],
])('%s is refused, not ignored', (args, problem) => {
	expect(run(...args.split(' '))).toEqual({ status: 2, stdout: '', stderr: `error: ${problem}\n`, loaded: '0' });
});

it('missing responses are named with what makes them', () => {
	expect(run('--model', 'toy', '--layer', '3', '--mults', '-1')).toMatchObject({
		status: 3,
		stderr:
			'error: no responses at multiplier -1.0 (artifacts/responses/responses_Mtoy_Dprompts_L3_T1.5_X-1.0.json); ' +
			'make them with `pnpm steer --model toy --dataset prompts --layer 3 --temp 1.5 --mults -1`\n',
	});
});

it('prints paths, a table with -v, and JSON', async () => {
	const settings = parseSettings({ model: 'toy', layer: 2 });
	const path = responsePath(settings, 0.5);
	const scored = (label: 'harmful' | 'harmless', scores: (boolean | null)[]) => ({
		label,
		prompt: label,
		responses: ['', ''],
		scores,
	});
	await writeResponses(join(root, path), [scored('harmful', [true, true]), scored('harmless', [true, false])]);
	const table = 'mult  label     mean   n  nulls\n0.5   harmful   1.000  2      0\n0.5   harmless  0.500  2      0\n';
	expect(run().stdout).toBe(table);
	expect(run('-v').stdout).toMatchInlineSnapshot(`
		"artifacts/responses/responses_Mtoy_Dprompts_L2_T1.5_X0.5.json (scored already)
		mult  label     mean   n  nulls
		0.5   harmful   1.000  2      0
		0.5   harmless  0.500  2      0
		"
	`);
	expect(JSON.parse(run('--json', '--model', 'toy', '--layer', '2').stdout)).toMatchObject([
		{ path, mult: 0.5, skipped: true, scores: [{ label: 'harmful', mean: 1, n: 2, nulls: 0 }, { mean: 0.5 }] },
	]);
	await writeResponses(
		join(root, path),
		(await readResponses(join(root, path))).map(({ scores: _, ...item }) => item),
	);
	const refused = run();
	expect(refused).toMatchObject({
		status: 1,
		stderr: expect.stringMatching(/^error: no judge for the replies of toy/),
	});
	// So the zeros above mean something.
	expect(refused.loaded).not.toBe('0');
});
