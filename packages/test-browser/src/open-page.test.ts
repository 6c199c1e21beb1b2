import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { BROWSER, NO_BROWSER, openPage } from './index.js';

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'test-browser-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(({ skip }) => skip(!BROWSER, NO_BROWSER));

async function problemsOf(body: string): Promise<string[]> {
	const path = join(folder, 'page.html');
	await writeFile(path, `<!doctype html><meta charset="utf-8">${body}`);
	const { page, problems, close } = await openPage(path);
	await page.waitForLoadState('load');
	await close();
	return problems;
}

it('finds nothing wrong with a page that keeps to itself', async () => {
	expect(
		await problemsOf(
			'<p>text</p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><script>console.log(1)</script>',
		),
	).toEqual([]);
});

it.each([
	['console: said', '<script>console.error("said")</script>'],
	['console: warned', '<script>console.warn("warned")</script>'],
	['exception: thrown', '<script>throw new Error("thrown")</script>'],
	['request: http://127.0.0.1:9/x.png', '<img src="http://127.0.0.1:9/x.png">'],
	['request: https://example.com/x.js', '<script src="https://example.com/x.js"></script>'],
])('reports %s', async (problem, body) => {
	expect(await problemsOf(body)).toContain(problem);
});
