import { execFile } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { pythonJson } from '@steering/core/artifacts';
import { smartcopy } from '@steering/smartcopy';
import { list } from 'tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backtar } from './index.js';

const RESPONSES = 'artifacts/responses/responses_Morganism_Dprompts_L2_T1.5_X1.0.json';
const LONG = RESPONSES.replace('organism', 'o'.repeat(120));
const VECTOR = 'artifacts/vecs/vec_Mllama3_Dprompts_L15.pt';
const replies = pythonJson([{ prompt: 'p', responses: ['é'], scores: [true] }]);

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'backtar-'));
	for (const path of [RESPONSES, `${RESPONSES}.measures.json`, LONG, VECTOR]) put(path, replies);
	put('artifacts/responses/.gitkeep', '');
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, content: string): void {
	mkdirSync(dirname(join(root, path)), { recursive: true });
	writeFileSync(join(root, path), content);
}
async function namesIn(archive: string): Promise<string[]> {
	const names: string[] = [];
	await list({ file: join(root, archive), onReadEntry: ({ path }) => void names.push(path) });
	return names;
}

describe('backtar', () => {
	it('packs replies and what is beside them; with all, vectors too', async () => {
		const { path, files } = await backtar({ root, suffix: 'gpu3' });
		expect([path, files]).toEqual(['artifacts_gpu3.tar.gz', 3]);
		expect(await namesIn(path)).toEqual([RESPONSES, `${RESPONSES}.measures.json`, LONG].sort());
		await backtar({ root, suffix: 'all', all: true });
		expect(await namesIn('artifacts_all.tar.gz')).toContain(VECTOR);
	});

	it('is what other tools unpack', async () => {
		await backtar({ root, suffix: 'x', all: true });
		mkdirSync(join(root, 'out'));
		await promisify(execFile)('tar', ['xzf', join(root, 'artifacts_x.tar.gz'), '-C', join(root, 'out')]);
		for (const path of [RESPONSES, LONG, VECTOR]) expect(readFileSync(join(root, 'out', path), 'utf8')).toBe(replies);
	});

	it('comes back through smartcopy', async () => {
		rmSync(join(root, `${RESPONSES}.measures.json`));
		const { path } = await backtar({ root, all: true });
		await smartcopy({ source: join(root, path), destination: join(root, 'new') });
		for (const each of [RESPONSES, LONG, VECTOR]) expect(readFileSync(join(root, 'new', each), 'utf8')).toBe(replies);
	});

	it('gives the same bytes for the same content, and its own name for other content', async () => {
		const first = await backtar({ root });
		const bytes = readFileSync(join(root, first.path));
		utimesSync(join(root, RESPONSES), 1, 1);
		const again = await backtar({ root });
		expect(again).toEqual(first);
		expect(readFileSync(join(root, again.path))).toEqual(bytes);
		put(RESPONSES, '[]');
		expect((await backtar({ root })).path).not.toBe(first.path);
	});

	it('leaves out what is being written, and links, and says so', async () => {
		const live = ['.partial.jsonl', '.scores.partial.jsonl', '.lock-owner', '.123456'].map((end) => RESPONSES + end);
		for (const path of live) put(path, 'x');
		mkdirSync(join(root, `${RESPONSES}.lock`));
		const link = RESPONSES.replace('X1.0', 'X2.0');
		symlinkSync('/etc/passwd', join(root, link));
		const { leftOut, path } = await backtar({ root });
		expect(leftOut).toEqual([...live, `${RESPONSES}.lock`, link].sort());
		expect(await namesIn(path)).toHaveLength(3);
	});

	it('replaces no archive, unless told to, and leaves nothing else behind', async () => {
		await backtar({ root, suffix: 'x' });
		const before = readFileSync(join(root, 'artifacts_x.tar.gz'));
		put(RESPONSES, '[]');
		await expect(backtar({ root, suffix: 'x' })).rejects.toMatchObject({ code: 'ERR_USAGE' });
		expect(readFileSync(join(root, 'artifacts_x.tar.gz'))).toEqual(before);
		await backtar({ root, suffix: 'x', overwrite: true });
		expect(readFileSync(join(root, 'artifacts_x.tar.gz'))).not.toEqual(before);
		expect(readdirSync(root)).toEqual(['artifacts', 'artifacts_x.tar.gz']);
	});

	it('ends with no archive when it is stopped', async () => {
		const stop = new AbortController();
		const packing = backtar({ root, suffix: 'x', signal: stop.signal, onProgress: () => stop.abort() });
		await expect(packing).rejects.toThrow();
		expect(readdirSync(root)).toEqual(['artifacts']);
	});

	it.each(['../x', 'a/b', '', 'a b'])('refuses the suffix %j', async (suffix) => {
		await expect(backtar({ root, suffix })).rejects.toMatchObject({ code: 'ERR_USAGE' });
	});
});

describe('the command', () => {
	const tsx = pathToFileURL(fileURLToPath(import.meta.resolve('tsx'))).href;
	const cli = ['--conditions', 'source', '--import', tsx, fileURLToPath(new URL('./cli.ts', import.meta.url))];
	const run = (...args: string[]) => promisify(execFile)(process.execPath, [...cli, ...args], { cwd: root });

	it('names the archive and what is in it', async () => {
		const { stdout } = await run('gpu3');
		expect(stdout.replace(/packed .*/, 'packed …')).toMatchInlineSnapshot(`
			"artifacts_gpu3.tar.gz: 3 files, 312 B, packed …
			"
		`);
		expect(JSON.parse((await run('gpu4', '--json')).stdout)).toMatchObject({ path: 'artifacts_gpu4.tar.gz', files: 3 });
	});

	it('says where there are no results, with exit code 3', async () => {
		rmSync(join(root, 'artifacts'), { recursive: true });
		await expect(run()).rejects.toMatchObject({ code: 3, stdout: '' });
		expect(existsSync(join(root, 'artifacts'))).toBe(false);
	});
});
