import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readManifest, readResponses } from '@steering/core/artifacts';
import { isAlive, processId } from '@steering/core/processes';
import { afterEach, describe, expect, it } from 'vitest';
import { startChatServer } from '../../test/chat-server.js';
import { freePort } from '../../test/free-port.js';
import { GRADED, replyFolder, scoreBytes, YES_NO } from '../../test/replies.js';
import { evaluate } from '../evaluate.js';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const script = fileURLToPath(new URL('../../test/serve.ts', import.meta.url));
const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A folder of replies, a server command that writes the ids of its processes there, and a port for it. */
async function setUp(how: readonly string[] = [], input = YES_NO) {
	const folder = await replyFolder(input);
	cleanups.push(folder.remove);
	const pids = join(folder.root, 'pids');
	const words = [process.execPath, '--import', tsx, script, '{port}', `pids=${pids}`, ...how];
	const started = () => (existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n').map(Number) : []);
	cleanups.push(() => {
		for (const pid of none(started())) process.kill(pid, 'SIGKILL');
	});
	return { ...folder, port: await freePort(), command: JSON.stringify(words), started };
}

const none = (pids: readonly number[]) => pids.filter((pid) => isAlive(processId(pid)));
const judged = ({ root, port, command }: { root: string; port: number; command: string }, server = {}) =>
	evaluate({ root, server: { port, command, graceSeconds: 10, retries: 3, backoffMs: 1, ...server } });

it('starts it, waits until it is healthy, keeps its log, and stops all of it', async () => {
	const own = await setUp(['slow', 'family']);
	await judged(own);
	for (const { scores, responses } of await readResponses(own.file)) expect(scores).toHaveLength(responses.length);
	expect((await readManifest(own.file)).judge).toMatchObject({ kind: 'server', name: 'toy-judge' });
	expect(own.started()).toHaveLength(2);
	expect(none(own.started())).toEqual([]);
	expect(readFileSync(join(own.root, `logs/judge_${own.port}.log`), 'utf8')).toBe(`serving on ${own.port}\n`);
	// What is scored needs no server.
	expect(await judged(own)).toMatchObject([{ skipped: true }]);
	expect(own.started()).toHaveLength(2);
});

it('one that ignores SIGTERM is killed', async () => {
	const own = await setUp(['deaf']);
	await judged(own, { graceSeconds: 1 });
	expect(none(own.started())).toEqual([]);
	expect(readFileSync(join(own.root, `logs/judge_${own.port}.log`), 'utf8')).toContain('not listening');
});

it.each([
	[
		['crash'],
		{},
		/^the judge server ended with exit code 7; logs\/judge_\d+\.log ends with: serving on \d+ \| CUDA out of memory$/,
	],
	[['mortal'], {}, /^the judge server ended with exit code 9; logs\/.* \| engine died$/],
])('%j: what its log ends with, and nothing is left', async (how, server, message) => {
	const own = await setUp(how);
	const before = readFileSync(own.file, 'utf8');
	await expect(judged(own, { concurrency: 1, ...server })).rejects.toMatchObject({
		code: 'ERR_FAILED',
		message: expect.stringMatching(message),
	});
	expect(readFileSync(own.file, 'utf8')).toBe(before);
	expect(own.started()).toHaveLength(1);
	expect(none(own.started())).toEqual([]);
});

describe('one that never becomes healthy', () => {
	const loading = ({ root }: { root: string }) =>
		JSON.stringify(['sh', '-c', `echo $$ >> ${join(root, 'pids')}; echo loading shards; exec sleep 1000`, '{port}']);

	it('is given up after --wait', async () => {
		const own = await setUp();
		await expect(judged({ ...own, command: loading(own) }, { waitSeconds: 1 })).rejects.toMatchObject({
			code: 'ERR_FAILED',
			message: `the judge server was not ready within 1 s (ECONNREFUSED); logs/judge_${own.port}.log ends with: loading shards`,
			hint: 'give it longer with --wait SECONDS',
		});
		expect(own.started()).toHaveLength(1);
		expect(none(own.started())).toEqual([]);
	});

	it('is not waited for after an abort', async () => {
		const own = await setUp();
		const controller = new AbortController();
		const server = { port: own.port, command: loading(own) };
		const evaluated = evaluate({ root: own.root, server, signal: controller.signal });
		const rejected = expect(evaluated).rejects.toThrow('enough');
		while (own.started().length === 0) await sleep(5);
		controller.abort(new Error('enough'));
		await rejected;
		expect(none(own.started())).toEqual([]);
	});
});

it('a log is added to, and an error shows what its own server said', async () => {
	const own = await setUp();
	const log = join(own.root, `logs/judge_${own.port}.log`);
	mkdirSync(dirname(log), { recursive: true });
	writeFileSync(log, 'what an earlier one said\n');
	await expect(judged({ ...own, command: 'no-such-server {port}' })).rejects.toThrow(/ is empty$/);
	expect(readFileSync(log, 'utf8')).toBe('what an earlier one said\n');
});

it('a command that is not there', async () => {
	const own = await setUp();
	await expect(judged({ ...own, command: 'no-such-server {port}' })).rejects.toMatchObject({
		code: 'ERR_FAILED',
		message: expect.stringMatching(
			/^the judge server could not be started \(spawn no-such-server ENOENT\); .* is empty$/,
		),
	});
});

it('a port that something answers on is not taken for it', async () => {
	const own = await setUp();
	const other = await startChatServer();
	cleanups.push(() => other.close());
	await expect(judged({ ...own, port: other.port })).rejects.toMatchObject({
		code: 'ERR_USAGE',
		message: `something answers on port ${other.port} already, where --server was to start one`,
	});
	expect(own.started()).toEqual([]);
	expect(other.seen.requests).toBe(0);
});

it.each([
	['serve', 'has no {port}'],
	['', 'has no words'],
	['["serve", 1]', 'has no words'],
	['serve {model} {port}', 'has a {model}, and no --judge-model'],
])('the command %j %s', async (command, problem) => {
	const own = await setUp();
	await expect(judged({ ...own, command })).rejects.toMatchObject({
		code: 'ERR_USAGE',
		message: `the command of the judge server ${problem}: ${command}`,
	});
});

it('two evaluations on two ports do not meet', async () => {
	const one = await setUp(['slow']);
	const two = await setUp(['slow'], GRADED);
	await Promise.all([judged(one), judged(two)]);
	expect(none([...one.started(), ...two.started()])).toEqual([]);
	expect((await readResponses(two.file))[0]!.num_scores).toBeDefined();
});

describe('the command line', () => {
	function start(cwd: string, ...args: string[]): ChildProcess {
		const env = { ...process.env, NODE_OPTIONS: '', STEERING_MODEL: '' };
		const child = spawn(process.execPath, ['--import', tsx, '--conditions=source', cli, ...args], {
			...{ cwd, env, stdio: ['ignore', 'ignore', 'pipe'] as const },
		});
		cleanups.push(() => child.kill('SIGKILL'));
		return child;
	}

	/** Until the three replies are scored that this server answers to. */
	async function scored(file: string, child: ChildProcess): Promise<void> {
		const journal = `${file}.scores.partial.jsonl`;
		while (!(existsSync(journal) && readFileSync(journal, 'utf8').split('\n').length > 4)) {
			if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
			await sleep(5);
		}
	}

	it.each([
		['SIGINT', 130],
		['SIGTERM', 143],
		['SIGHUP', 129],
		['SIGKILL', null],
	] as const)('%s leaves no server behind, and what was scored', async (signal, code) => {
		const own = await setUp(['endless', 'family']);
		const child = start(own.root, '--server', '--server-command', own.command, '--port', `${own.port}`);
		await scored(own.file, child);
		expect(none(own.started())).toHaveLength(2);
		child.kill(signal);
		const [ended] = await once(child, 'exit');
		expect(ended).toBe(code);
		// After SIGKILL it is another process that stops them.
		while (none(own.started()).length > 0) await sleep(5);
		const well = await startChatServer();
		cleanups.push(() => well.close());
		const twin = await replyFolder(YES_NO);
		cleanups.push(twin.remove);
		await evaluate({ root: twin.root, server: { port: well.port } });
		let left = 0;
		await evaluate({ root: own.root, server: { port: well.port }, onProgress: (n) => (left += n) });
		expect(left).toBe(12 - 3);
		expect(scoreBytes(own.file)).toEqual(scoreBytes(twin.file));
	});
});
