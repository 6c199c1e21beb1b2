import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '@steering/core/artifacts';
import { parseSettings, responsePath } from '@steering/core/settings';
import { execaNode } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');
let cwd: string;
beforeEach(async () => {
	cwd = await mkdtemp(join(tmpdir(), 'plots-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const pathOf = (layer: number, mult: number) =>
	join(cwd, responsePath(parseSettings({ model: 'organism', layer }), mult));
const scored = (score: boolean) =>
	JSON.stringify(['harmful', 'harmless'].map((label) => ({ label, prompt: 'p', responses: ['r'], scores: [score] })));

it('draws again what changes, narrates what is wrong, and ends with 130 on Ctrl-C', async () => {
	const nodeOptions = ['--conditions=source', `--import=${tsx}`];
	const child = execaNode(cli, ['--watch'], { cwd, nodeOptions, reject: false, all: true });
	const lines = child.iterable({ from: 'all' });
	const next = async (text: string) => {
		const { value } = await lines.next();
		expect(value).toContain(text);
	};
	try {
		await next('waiting for scores in artifacts/responses');
		await mkdir(join(cwd, 'artifacts', 'responses'), { recursive: true });
		await writeFileAtomic(pathOf(3, 1), scored(true));
		await next('L3_T1.5.png');
		await next('L3_T1.5.svg');
		await next('L3_T1.5.html');
		// Its mention before layer 4's picture would show a picture drawn again for nothing.
		await writeFileAtomic(pathOf(4, 1), scored(true));
		await next('L4_T1.5.png');
		await next('L4_T1.5.svg');
		await next('L4_T1.5.html');
		await writeFile(pathOf(3, 2), '[{"prompt": "half a');
		await next('X2.0.json: not JSON');
		await writeFileAtomic(pathOf(3, 2), scored(false));
		await next('L3_T1.5.png');
		await next('L3_T1.5.svg');
		await next('L3_T1.5.html');
	} finally {
		child.kill('SIGINT');
	}
	const { exitCode, all } = await child;
	expect(exitCode).toBe(130);
	expect(all.split('\n').at(-1)).toContain('stopp');
}, 60_000);
