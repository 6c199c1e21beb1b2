import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSettings, responsePath } from '@steering/core/settings';
import { execaNode } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');
let cwd: string;
beforeAll(async () => {
	cwd = await mkdtemp(join(tmpdir(), 'plots-'));
	await mkdir(join(cwd, 'artifacts', 'responses'), { recursive: true });
	const content = (['harmful', 'harmless'] as const).map((label) => ({
		...{ label, prompt: label, responses: ['r', 's'] },
		scores: [true, label === 'harmful'],
	}));
	for (const layer of [3, 4]) {
		for (const mult of [-1, 1]) {
			const path = responsePath(parseSettings({ model: 'organism', layer }), mult);
			await writeFile(join(cwd, path), JSON.stringify(content));
		}
	}
});
afterAll(() => rm(cwd, { recursive: true }));

async function plots(...flags: string[]) {
	const nodeOptions = ['--conditions=source', `--import=${tsx}`];
	const result = await execaNode(cli, flags, { cwd, nodeOptions, reject: false, env: { STEERING_MODEL: '' } });
	return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

it('draws everything without flags, and prints the figures with -v', async () => {
	expect(await plots('-v')).toMatchInlineSnapshot(`
		{
		  "exitCode": 0,
		  "stderr": "",
		  "stdout": "plots/plot_Morganism_Dprompts_L3_T1.5.png
		plots/plot_Morganism_Dprompts_L3_T1.5.svg
		plots/plot_Morganism_Dprompts_L3_T1.5.html
		multiplier  prompts   mean    25%     75%     n  replies
		        -1  harmful   1.0000  1.0000  1.0000  1        2
		        -1  harmless  0.5000  0.5000  0.5000  1        2
		         1  harmful   1.0000  1.0000  1.0000  1        2
		         1  harmless  0.5000  0.5000  0.5000  1        2

		plots/plot_Morganism_Dprompts_L4_T1.5.png
		plots/plot_Morganism_Dprompts_L4_T1.5.svg
		plots/plot_Morganism_Dprompts_L4_T1.5.html
		multiplier  prompts   mean    25%     75%     n  replies
		        -1  harmful   1.0000  1.0000  1.0000  1        2
		        -1  harmless  0.5000  0.5000  0.5000  1        2
		         1  harmful   1.0000  1.0000  1.0000  1        2
		         1  harmless  0.5000  0.5000  0.5000  1        2
		",
		}
	`);
	expect((await readdir(join(cwd, 'plots'))).filter((name) => !name.startsWith('.'))).toHaveLength(8);
});

it('draws the one settings that flags name', async () => {
	const { stdout } = await plots('--layer', '4', '--mults', '-1', '--plots', 'one');
	const ends = ['.png', '.svg', '.html'];
	expect(stdout.split('\n')).toEqual(ends.map((end) => `one/plot_Morganism_Dprompts_L4_T1.5${end}`));
});

it('puts dark files beside light ones, and one page for both', async () => {
	const { stdout } = await plots('--layer', '4', '--plots', 'both', '--theme', 'dark');
	await plots('--layer', '4', '--plots', 'both');
	const name = 'plot_Morganism_Dprompts_L4_T1.5';
	expect(stdout.split('\n')).toEqual(['_dark.png', '_dark.svg', '.html'].map((end) => `both/${name}${end}`));
	const ends = ['.html', '.png', '.svg', '.vl.json', '_dark.png', '_dark.svg', '_dark.vl.json'];
	const made = (await readdir(join(cwd, 'both'))).filter((file) => !file.startsWith('.'));
	expect(made.sort()).toEqual(ends.map((end) => name + end));
	const background = async (end: string) =>
		JSON.parse(await readFile(join(cwd, 'both', name + end), 'utf8')).config.background;
	expect(await background('.vl.json')).not.toBe(await background('_dark.vl.json'));
});

it('compares settings in one picture, of those that have the values of the flags', async () => {
	const { stdout, stderr } = await plots('--compare', '--model', 'models/organism', '--mults', '1');
	expect(stderr).toBe('');
	expect(stdout.split('\n')[0]).toBe('plots/plot_Morganism_Dprompts_T1.5_compare_color_layer.png');
	const one = await plots('--kind', 'heatmap', '--layer', '4');
	expect(one.stdout.split('\n')[0]).toBe('plots/plot_Morganism_Dprompts_T1.5_heatmap.png');
});

it.each([
	[
		['--theme', 'blue'],
		2,
		"error: option '--theme <theme>' argument 'blue' is invalid. Allowed choices are light, dark.",
	],
	[['--mults', 'x'], 2, "error: --mults: 'x' is not a number"],
	[
		['--layer', '5'],
		3,
		'error: no scored responses of M:organism D:prompts L:5 T:1.5 in artifacts/responses; make them',
	],
	[['--model', 'some/folder'], 2, 'error: no default layer is known for some/folder'],
	[['--compare', '--kind', 'layers'], 2, 'error: --compare does not go with --kind layers; give one of the two'],
	[['--facet', 'leace'], 2, 'error: --facet does not go with --kind mean-band; --facet and --color are for'],
	[['--compare', '--facet', 'leace', '--color', 'leace'], 2, 'error: --facet and --color are both leace'],
	[['--kind', 'pie'], 2, "error: option '--kind <kind>' argument 'pie' is invalid"],
	[['--kind', 'heatmap', '--layer', 'first'], 2, 'error: --layer "first" is neither a layer number'],
	[
		['--compare', '--layer', '5', '--leace', 'none'],
		3,
		'error: no responses with --layer 5 in artifacts/responses; there are: layer 3, 4',
	],
	[['--artifacts', 'nowhere'], 3, 'error: no scored responses in nowhere/responses; make them with `pnpm steer`'],
])('%j ends with exit code %i and one line', async (flags, code, start) => {
	const { exitCode, stderr, stdout } = await plots(...flags);
	expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
	expect(stderr.slice(0, start.length)).toBe(start);
	expect(stderr).not.toContain('\n');
});

it('draws the others and ends with 1 when a file is corrupt', async () => {
	const path = responsePath(parseSettings({ model: 'organism', layer: 4 }), 2);
	await writeFile(join(cwd, path), '[{"prompt": ');
	const { exitCode, stdout, stderr } = await plots();
	expect({ exitCode, lines: stdout.split('\n').length }).toEqual({ exitCode: 1, lines: 6 });
	expect(stderr).toMatchInlineSnapshot(
		`"error: artifacts/responses/responses_Morganism_Dprompts_L4_T1.5_X2.0.json: not JSON (Unexpected end of JSON input); move it away: \`pnpm steer\` then makes it again, or \`pnpm smartcopy\` brings it back"`,
	);
});
