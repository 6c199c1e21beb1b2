import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { writeResponses } from '@steering/core/artifacts';
import { parseSettings, responsePath } from '@steering/core/settings';
import { execaNode } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DATA_ELEMENT, type ReportData } from './report-data.js';

const packages = fileURLToPath(new URL('../../', import.meta.url));
const nodeOptions = ['--conditions=source', `--import=${import.meta.resolve('tsx')}`];
let root: string;
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'report-cli-'));
});
afterEach(() => rm(root, { recursive: true }));

async function run(command: string, flags: readonly string[], cwd = root) {
	const cli = join(packages, command, 'src', 'cli.ts');
	const env = { STEERING_MODEL: '', STEERING_DATA: '' };
	const { exitCode, stdout, stderr } = await execaNode(cli, flags, { cwd, nodeOptions, reject: false, env });
	return { exitCode, stdout, stderr };
}

it('prints the path; with a file it cannot use, exits 1 after writing', async () => {
	const path = (mult: number) => join(root, responsePath(parseSettings({ model: 'organism', layer: 2 }), mult));
	await writeResponses(path(0), [{ label: 'harmful', prompt: 'p', responses: ['r'] }]);
	const sound = await run('report', ['--title', 'T']);
	expect(sound).toMatchObject({ exitCode: 0, stdout: 'plots/report.html' });
	expect(sound.stderr).toMatch(/^note: .*X0\.0\.json: not scored; `pnpm eval` scores it$/);
	await writeFile(path(1), '[');
	const broken = await run('report', ['-o', 'own.html']);
	expect(broken).toMatchObject({ exitCode: 1, stdout: 'own.html' });
	expect(broken.stderr.split('\n').at(-1)).toBe('error: 1 file could not be used for own.html; each is named above');
	expect(await readdir(root)).toContain('own.html');
});

it.each([
	[[], 3, 'error: no responses in artifacts/responses; make them with `pnpm steer`'],
	[['-o', '.'], 2, 'error: -o . is a folder'],
	[['extra'], 2, 'error: '],
])('%j ends with exit code %i and one line', async (flags, code, start) => {
	const { exitCode, stdout, stderr } = await run('report', flags);
	expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
	expect(stderr.slice(0, start.length)).toBe(start);
	expect(stderr).not.toContain('\n');
});

it('has commands that make the same replies and scores again', async () => {
	const small = ['--temp', '1', '--mults', '0', '1', '--prompts', '1', '--repeats', '1', '--max-new-tokens', '3'];
	await run('generate-vectors', []);
	await run('steer', [...small, '--seed', '5', '--top-k', '7']);
	await run('eval', []);
	await run('report', ['-o', 'report.html']);
	const html = await readFile(join(root, 'report.html'), 'utf8');
	const base64 = new RegExp(`id="${DATA_ELEMENT}">([^<]*)<`).exec(html)![1]!;
	const data: ReportData = JSON.parse(inflateRawSync(Buffer.from(base64, 'base64')).toString());
	const again = await mkdtemp(join(root, 'again-'));
	for (const line of data.experiments[0]!.commands) {
		const [pnpm, command, ...flags] = line.split(' ');
		expect(pnpm).toBe('pnpm');
		expect(await run(command!, flags, again), line).toMatchObject({ exitCode: 0 });
	}
	const folder = (of: string) => join(of, 'artifacts', 'responses');
	const names = await readdir(folder(root));
	expect(names.filter((name) => name.endsWith('.json'))).toHaveLength(4);
	for (const name of names) {
		expect(await readFile(join(folder(again), name)), name).toEqual(await readFile(join(folder(root), name)));
	}
});
