import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));
const nodeOptions = ['--conditions=source', `--import=${import.meta.resolve('tsx')}`];

let cwd: string;
let running: { kill(signal: 'SIGKILL'): boolean }[] = [];
let ends: Promise<unknown>[] = [];
beforeEach(() => {
	cwd = mkdtempSync(join(tmpdir(), 'server-cli-'));
});
afterEach(async () => {
	for (const child of running) child.kill('SIGKILL');
	await Promise.allSettled(ends);
	running = [];
	ends = [];
	rmSync(cwd, { recursive: true, force: true });
});

function start(flags: string[], env: Record<string, string> = {}) {
	const child = execaNode(cli, flags, {
		nodeOptions,
		reject: false,
		cwd,
		env: { STEERING_MODEL: '', ...env },
	});
	running.push(child);
	ends.push(child);
	return child;
}

/** The address that a server prints once it answers. */
async function addressOf(child: Pick<ChildProcess, 'stderr'>): Promise<string> {
	return await new Promise((resolve, reject) => {
		let said = '';
		child.stderr!.on('data', (chunk) => {
			said += chunk;
			const [, url] = /^organism at (http:\S+)$/m.exec(said) ?? [];
			if (url) resolve(url);
		});
		child.stderr!.on('end', () => reject(new Error(`the server said no address: ${said}`)));
	});
}

const ask = (url: string, body: object, headers: Record<string, string> = {}) =>
	fetch(`${url}/completions`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: JSON.stringify({ prompt: 'How', max_tokens: 2, ...body }),
	});

it.each(['SIGTERM', 'SIGINT'] as const)(
	'prints its address, answers, and on %s finishes what runs: exit code 0',
	async (signal) => {
		const child = start(['--port', '0', '--precision', 'exact']);
		const url = await addressOf(child);
		expect((await ask(url, {})).status).toBe(200);
		const stream = await ask(url, { stream: true, max_tokens: 900, regex: '[a-z ]{500}' });
		child.kill(signal);
		const text = await stream.text();
		expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
		const { exitCode, stdout } = await child;
		expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
	},
);

it('takes its key from the environment', async () => {
	const url = await addressOf(start(['--port', '0'], { STEERING_API_KEY: 'secret' }));
	expect((await ask(url, {})).status).toBe(401);
	expect((await ask(url, {}, { authorization: 'Bearer secret' })).status).toBe(200);
});

it.each([
	[['--host', '0.0.0.0'], 2, /^error: --host 0\.0\.0\.0 can be reached by others, and there is no API key; /],
	[['--port', '70000'], 2, /^error: .*--port/],
	[['--model', './nowhere'], 3, /^error: there is no model \.\/nowhere; /],
])('%j: one line, and exit code %i', async (flags, exitCode, message) => {
	const result = await start(flags);
	expect(result.exitCode).toBe(exitCode);
	expect(result.stderr).toMatch(message);
	expect(result.stderr.split('\n')).toHaveLength(1);
});
