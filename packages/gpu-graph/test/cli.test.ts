import { chmodSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isRunning, node, Scratch, until } from './scratch.js';

let scratch: Scratch;
beforeEach(() => {
	scratch = new Scratch();
});
afterEach(() => scratch.remove());

/** Appends its name to `ran`, as every job here does, so that each start leaves a trace. */
const append = (name: string) => `echo ${name} >> ran`;
/** Leaves its pid, and a grandchild's, then waits for longer than any test. */
const waitsForEver = node(`
	const { spawn } = require('node:child_process');
	const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
	require('node:fs').writeFileSync('pids', [process.pid, child.pid].join(' ') + '\\n');
	setInterval(() => {}, 1000);
`);

async function pids(): Promise<number[]> {
	await until(() => scratch.has('pids') && scratch.read('pids').endsWith('\n'), 'the pids of a job');
	return scratch.read('pids').split(' ').map(Number);
}

test('runs a Python-like run file, prints what came of it and keeps the logs', async () => {
	const file = scratch.runFile({
		commands: { first: 'echo out; echo "$(seq -s" " 1 3)" >&2', second: append('second') },
		dependencies: { second: ['first'] },
	});
	const { exitCode, stdout, stderr } = await scratch.start([file, 'cpu:2']);
	expect(stdout).toMatch(/^run: 2 done, in \d+s$/);
	expect(stderr.split('\n').map((line) => line.replace(/ in \d+s$/, ''))).toEqual([
		'run: 2 jobs to run, on cpu 0, cpu 1',
		'start first on cpu 0',
		'done first',
		'start second on cpu 0',
		'done second',
	]);
	expect(exitCode).toBe(0);
	expect([scratch.read('logs/run_first.log'), scratch.read('logs/run_first.err')]).toEqual(['out\n', '1 2 3\n']);
});

test('a failed job: the rest goes on, its dependents are named, exit 1, and the same command runs just those again', async () => {
	const file = scratch.runFile({
		name: 'sweep',
		commands: {
			good: append('good'),
			bad: 'test -e fixed || { echo no such luck >&2; exit 7; }',
			behind: append('behind'),
			last: append('last'),
		},
		dependencies: { behind: ['bad'], last: ['behind', 'good'] },
	});
	const failed = await scratch.start([file, 'cpu:1']);
	expect(failed.stdout.split('\n').slice(1)).toEqual([
		'failed: bad: exit 7: no such luck (logs/sweep_bad.err)',
		'  skipped for it: behind, last',
	]);
	expect(failed.stderr).toContain('error: 1 of 4 jobs failed; the same command runs them again');
	expect([failed.exitCode, scratch.lines('ran')]).toEqual([1, ['good']]);
	scratch.write('fixed', '');
	const fixed = await scratch.start([file, 'cpu:1']);
	expect(fixed.stdout).toMatch(/^sweep: 3 done, 1 done before, in \d+s$/);
	expect(scratch.lines('ran')).toEqual(['good', 'behind', 'last']);
	expect((await scratch.start([file, 'cpu:1'])).stdout).toMatch(/^sweep: 0 done, 4 done before/);
	expect(scratch.lines('ran')).toEqual(['good', 'behind', 'last']);
});

test('kill -9 of the runner: the same command stops what it left and runs what is not finished, only that', async () => {
	const file = scratch.runFile({
		commands: { one: append('one'), two: waitsForEver, three: append('three') },
		dependencies: { two: ['one'], three: ['two'] },
	});
	const killed = scratch.start([file, 'cpu:1']);
	const left = await pids();
	killed.kill('SIGKILL');
	await killed;
	expect(left.map(isRunning)).toEqual([true, true]);
	const status = await scratch.start([file, '--status']);
	expect(status.stdout.split('\n')[0]).toBe('run: 1 done, 1 interrupted, 1 waiting; no runner');
	scratch.runFile({
		commands: { one: append('one'), two: append('two'), three: append('three') },
		dependencies: { two: ['one'], three: ['two'] },
	});
	const resumed = await scratch.start([file, 'cpu:1']);
	expect(resumed.stderr).toContain('stopped 2 processes that a killed runner had left');
	expect(left.map(isRunning)).toEqual([false, false]);
	expect(resumed.stderr).toContain('start two on cpu 0 (interrupted before)');
	expect([resumed.exitCode, scratch.lines('ran')]).toEqual([0, ['one', 'two', 'three']]);
});

test.each([
	['SIGINT', 130],
	['SIGTERM', 143],
] as const)('%s stops the jobs and their children and leaves a state to go on from', async (signal, code) => {
	const file = scratch.runFile({
		commands: { one: append('one'), two: waitsForEver, three: append('three') },
		dependencies: { three: ['two'] },
	});
	const stopped = scratch.start([file, 'cpu:2', '--grace', '5']);
	const left = await pids();
	await until(() => scratch.lines('ran').includes('one'), 'the other job');
	await until(
		() => scratch.read('artifacts/runs/run/journal.jsonl').includes('"job":"one","state":"done"'),
		'its record',
	);
	stopped.kill(signal);
	const { exitCode, stdout, stderr } = await stopped;
	expect(exitCode).toBe(code);
	expect(left.map(isRunning)).toEqual([false, false]);
	expect(stdout).toMatch(/^run: 1 done, 2 not finished, in/);
	expect(stderr).toContain('interrupted two');
	const plan = JSON.parse((await scratch.start([file, 'cpu:1', '--dry-run', '--json'])).stdout);
	expect(plan.jobs.map(({ name, why }: { name: string; why: string }) => `${name}: ${why}`)).toEqual([
		'two: interrupted before',
		'three: new',
	]);
});

test('a job that ignores TERM is killed after the grace period', async () => {
	const deaf = node(`
		process.on('SIGTERM', () => {});
		require('node:fs').writeFileSync('pids', process.pid + '\\n');
		setInterval(() => {}, 1000);
	`);
	const stopped = scratch.start([scratch.runFile({ commands: { deaf } }), 'cpu:1', '--grace', '0.3']);
	const left = await pids();
	stopped.kill('SIGINT');
	expect((await stopped).exitCode).toBe(130);
	expect(left.map(isRunning)).toEqual([false]);
});

test('a second Ctrl-C ends the runner at once and still leaves no job behind', async () => {
	const deaf = node(`
		process.on('SIGTERM', () => require('node:fs').writeFileSync('asked', ''));
		require('node:fs').writeFileSync('pids', process.pid + '\\n');
		setInterval(() => {}, 1000);
	`);
	const stopped = scratch.start([scratch.runFile({ commands: { deaf } }), 'cpu:1', '--grace', '3600']);
	const left = await pids();
	stopped.kill('SIGINT');
	await until(() => scratch.has('asked'), 'TERM');
	stopped.kill('SIGINT');
	expect((await stopped).exitCode).toBe(130);
	await until(() => !left.some(isRunning), 'the end of the job');
});

test('a second runner is refused, and --status looks on', async () => {
	const file = scratch.runFile({ commands: { long: waitsForEver } });
	const first = scratch.start([file, 'cpu:1']);
	await pids();
	const second = await scratch.start([file, 'cpu:1']);
	expect(second.stderr).toContain(`error: process ${first.pid} runs this already; look at it with --status`);
	expect(second.exitCode).toBe(1);
	const status = JSON.parse((await scratch.start([file, '--status', '--json'])).stdout);
	expect(status).toMatchObject({
		runner: { pid: first.pid },
		jobs: [{ name: 'long', state: 'running', slot: 'cpu 0' }],
	});
	first.kill('SIGINT');
	await first;
});

test('many slots: nothing but the lines of the jobs on stderr', async () => {
	const names = Array.from({ length: 24 }, (_, i) => `job${i}`);
	// Each waits until all are there: all slots are taken at once.
	const command = 'echo >> ran; until [ $(wc -l < ran) -ge 24 ]; do sleep 0.05; done';
	const file = scratch.runFile({ commands: Object.fromEntries(names.map((name) => [name, command])) });
	const { stderr, exitCode } = await scratch.start([file, 'cpu:24']);
	expect(exitCode).toBe(0);
	expect(stderr.split('\n').filter((line) => !/^(start|done) job\d+ /.test(line))).toEqual([
		'run: 24 jobs to run, on 24 slots',
	]);
});

test('--json: an event a line on stdout, the summary last', async () => {
	const file = scratch.runFile({ commands: { a: 'true', b: 'false', c: 'true' }, dependencies: { c: ['b'] } });
	const { stdout } = await scratch.start([file, 'cpu:1', '--json']);
	const events = stdout.split('\n').map((line) => JSON.parse(line));
	expect(events.map(({ event, job }) => (job ? `${event} ${job}` : event))).toEqual([
		'plan',
		'start b',
		'failed b',
		'skipped c',
		'start a',
		'done a',
		'summary',
	]);
	expect(events.at(-1)).toMatchObject({
		done: 1,
		failed: [{ job: 'b', reason: 'exit 1' }],
		skipped: [{ job: 'c', because: 'b' }],
	});
});

test('--graph writes Mermaid and SVG with the states', async () => {
	const file = scratch.runFile({
		commands: { 'a "quoted" <job>': 'true', b: 'true' },
		dependencies: { b: ['a "quoted" <job>'] },
	});
	await scratch.start([file, 'cpu:1', '--only', 'a*']);
	expect((await scratch.start([file, '--graph', 'graph.mermaid'])).stdout).toBe('graph.mermaid');
	expect(scratch.read('graph.mermaid').split('\n').slice(0, 4)).toEqual([
		'flowchart LR',
		'\tj0["a #34;quoted#34; #60;job#62;"]:::done',
		'\tj1["b"]',
		'\tj0 --> j1',
	]);
	await scratch.start([file, '--graph', 'graph.svg']);
	expect(scratch.read('graph.svg')).toContain('<title>a &#34;quoted&#34; &#60;job&#62;: done</title>');
	expect((await scratch.start([file, '--graph', 'graph.png'])).stderr).toMatch(
		/^error: --graph graph.png: .*\.mermaid, \.mmd or \.svg$/,
	);
});

test.each<[string, unknown, string[], number, string]>([
	['no such file', {}, ['other.ts'], 3, 'error: there is no run file other.ts; in . there are run.ts'],
	[
		'nothing exported',
		{},
		['run.ts'],
		2,
		'error: run.ts exports no run; write `export default defineRun({ name, jobs: [...] })`',
	],
	[
		'a cycle',
		{ commands: { a: 'x', b: 'x', c: 'x' }, dependencies: { a: ['b'], b: ['c'], c: ['a'] } },
		['run.ts'],
		2,
		'error: run.ts: cycle: a needs b needs c needs a; take one of these dependencies away',
	],
	[
		'an unknown dependency',
		{ commands: { steer: 'x', eval: 'x' }, dependencies: { eval: ['ster'] } },
		['run.ts'],
		2,
		'error: run.ts: job eval needs ster, which is no job of this run; did you mean steer?',
	],
	[
		'no such GPU',
		{ commands: { a: 'x' } },
		['run.ts', '1,1'],
		2,
		'error: GPUS 1,1: 1 is there twice; give GPU numbers, `cpu:N` for N slots without one, or both: 1,2,3 or cpu:4 or 0,1,cpu:2',
	],
	[
		'--from nothing',
		{ commands: { a: 'x' } },
		['run.ts', 'cpu', '--from', 'b'],
		2,
		'error: --from b: the run has no such job; did you mean a?',
	],
	[
		'--only nothing',
		{ commands: { a: 'x' } },
		['run.ts', 'cpu', '--only', 'eval*'],
		2,
		'error: --only eval* matches no job; its jobs are a',
	],
	[
		'modes together',
		{ commands: { a: 'x' } },
		['run.ts', '--status', '--dry-run'],
		2,
		'error: --dry-run and --status do not go together; give one',
	],
	[
		'flags that --status does not use',
		{ commands: { a: 'x' } },
		['run.ts', '--status', '--only', 'a'],
		2,
		'error: --only does nothing with --status; leave it out',
	],
	[
		'too many GPUs',
		{ jobs: [{ name: 'a', command: 'x', gpus: 4 }] },
		['run.ts', 'cpu:2'],
		2,
		'error: job a needs 4 GPUs, the run has 2 slots for it; give more of them, or lower its gpus',
	],
])('one line for %s', async (_, run, args, code, line) => {
	scratch.runFile(run);
	const { exitCode, stderr, stdout } = await scratch.start(args);
	expect([stderr.split('\n').at(-1), exitCode, stdout]).toEqual([line, code, '']);
	expect(scratch.has('logs')).toBe(false);
});

test('a run file that does not compile, or throws, is one line too', async () => {
	scratch.write('run.ts', 'export default {{{');
	expect((await scratch.start(['run.ts'])).stderr).toMatch(/^error: run\.ts: .+/);
	scratch.write('run.ts', 'throw new Error("no luck\\nat all"); export default {}');
	const { stderr, exitCode } = await scratch.start(['run.ts']);
	expect([stderr, exitCode]).toEqual(['error: run.ts: no luck', 2]);
});

test.each([
	['ends the process', 'process.exit(0);', /^error: run\.mts ends the process before it exports a run$/],
	[
		'waits for ever',
		'await new Promise(() => {});',
		/^error: run\.mts: an await at its top level waits for what never/,
	],
	['fails late', 'export default Promise.reject(new Error("late"));', /^error: run\.mts: late$/],
	['cannot be read', 'export default {', /^error: run\.mts: line 1: Expected identifier but found end of file$/],
])('a run file that %s is one line', async (_, text, line) => {
	scratch.write('run.mts', text);
	const { exitCode, stderr } = await scratch.start(['run.mts']);
	expect([stderr, exitCode]).toEqual([expect.stringMatching(line), 2]);
});

test('a run file that loops dies of Ctrl-C, one that leaves a timer open does not keep the run from ending', async () => {
	scratch.write('run.ts', 'require("node:fs").writeFileSync("looping", ""); for (;;);');
	const loops = scratch.start(['run.ts']);
	await until(() => scratch.has('looping'), 'the loop');
	loops.kill('SIGINT');
	expect((await loops).signal).toBe('SIGINT');
	scratch.write('run.ts', 'setInterval(() => {}, 1000); export default { commands: { a: "true" } };');
	expect((await scratch.start(['run.ts', 'cpu:1'])).exitCode).toBe(0);
});

test.each([
	['artifacts', 'the state of the run in'],
	['logs', 'logs in'],
])('a file in the place of the folder %s is one line', async (folder, what) => {
	scratch.write(folder, 'mine');
	const { exitCode, stderr } = await scratch.start([scratch.runFile({ commands: { a: append('a') } }), 'cpu:1']);
	expect(stderr.split('\n').at(-1)).toMatch(
		new RegExp(`^error: cannot keep ${what} .* \\(a file is in its place\\); see`),
	);
	expect([exitCode, scratch.read(folder), scratch.has('ran')]).toEqual([1, 'mine', false]);
});

test('a disk that takes no more stops the run in one line; once there is room it goes on from there', async () => {
	const names = Array.from({ length: 60 }, (_, i) => `job${i}`);
	const file = scratch.runFile({ commands: Object.fromEntries(names.map((name) => [name, append(name)])) });
	// No file larger than 4 KiB (in blocks of 512 bytes): what a full disk does, for the journal alone.
	const full = await scratch.start([file, 'cpu:2'], {}, ['sh', '-c', 'ulimit -f 8; exec "$@"', 'sh']);
	expect(full.stderr.split('\n').at(-1)).toMatch(/^error: cannot keep the state of the run in .*run \(EFBIG\)/);
	expect([full.exitCode, scratch.lines('ran').length < 30]).toEqual([1, true]);
	const whole = scratch.lines('artifacts/runs/run/journal.jsonl').filter((line) => line.endsWith('}'));
	const done = whole.filter((line) => line.includes('"state":"done"')).length;
	expect(done).toBeGreaterThan(0);
	const after = await scratch.start([file, 'cpu:2']);
	expect(after.stdout).toMatch(new RegExp(`^run: ${60 - done} done, ${done} done before`));
});

test('a journal that a power cut left torn: the jobs it lost run again, no others', async () => {
	const file = scratch.runFile({ commands: { a: append('a'), b: append('b') }, dependencies: { b: ['a'] } });
	await scratch.start([file, 'cpu:1']);
	const journal = scratch.read('artifacts/runs/run/journal.jsonl');
	scratch.write('artifacts/runs/run/journal.jsonl', `${journal.slice(0, -20)}\0\0\0\0`);
	const resumed = await scratch.start([file, 'cpu:1']);
	expect(resumed.stderr).toContain('start b on cpu 0 (interrupted before)');
	expect(scratch.lines('ran')).toEqual(['a', 'b', 'b']);
});

test('Ctrl-C between attempts: the job was interrupted, it has not failed', async () => {
	const command = 'echo x >> tries; sleep 0.05; false';
	const file = scratch.runFile({ jobs: [{ name: 'flaky', command, retries: 1_000_000 }] });
	const stopped = scratch.start([file, 'cpu:1']);
	await until(() => scratch.lines('tries').length > 2, 'another attempt');
	stopped.kill('SIGINT');
	expect([(await stopped).exitCode, (await stopped).stdout]).toEqual([130, expect.stringContaining('1 not finished')]);
	const tries = scratch.lines('tries').length;
	expect((await scratch.start([file, '--status'])).stdout).toBe('run: 1 interrupted; no runner');
	expect(scratch.lines('tries').length).toBe(tries);
});

test('kill -9 of the whole process group of the runner: its jobs live on, and are stopped at the next start', async () => {
	const file = scratch.runFile({ commands: { long: waitsForEver } });
	const killed = scratch.start([file, 'cpu:1'], {}, [], { detached: true });
	const left = await pids();
	process.kill(-killed.pid!, 'SIGKILL');
	await killed;
	expect(left.map(isRunning)).toEqual([true, true]);
	const job = (await scratch.start([file, 'cpu:1', '--dry-run', '--json'])).stdout;
	expect(JSON.parse(job).jobs).toMatchObject([{ name: 'long', why: 'interrupted before' }]);
	expect(left.map(isRunning)).toEqual([true, true]); // who only looks stops nothing
	await scratch.command(['sh', '-c', 'rm artifacts/runs/run/runner-*.lock']); // as people do
	scratch.runFile({ commands: { long: append('long') } });
	await scratch.start([file, 'cpu:1']);
	expect([left.map(isRunning), scratch.lines('ran')]).toEqual([[false, false], ['long']]);
});

test('GPUs come from nvidia-smi; CUDA_VISIBLE_DEVICES of the caller narrows them', async () => {
	scratch.write('bin/nvidia-smi', '#!/bin/sh\nprintf "0, GPU-aa\\n1, GPU-bb\\n"\n');
	const env = { PATH: `${scratch.root}/bin:${process.env.PATH}` };
	chmodSync(`${scratch.root}/bin/nvidia-smi`, 0o755);
	const file = scratch.runFile({
		commands: {
			a: 'echo "$CUDA_VISIBLE_DEVICES $STEERING_SLOT" >> ran; sleep 0.3',
			b: 'echo "$CUDA_VISIBLE_DEVICES $STEERING_SLOT" >> ran; sleep 0.3',
		},
	});
	await scratch.start([file], env);
	expect(scratch.lines('ran').sort()).toEqual(['0 0', '1 1']);
	const narrowed = await scratch.start([file, '--from', 'a'], { ...env, CUDA_VISIBLE_DEVICES: '1' });
	expect(narrowed.stderr).toContain('on gpu 1');
	const missing = await scratch.start([file, '0,2'], env);
	expect([missing.stderr, missing.exitCode]).toEqual(['error: there is no GPU 2 here; nvidia-smi lists 0, 1', 2]);
});

test('--help answers from the flags alone: nothing that runs jobs is imported before the action', async () => {
	const { stdout, exitCode } = await scratch.start(['--help']);
	expect(stdout).toContain('Usage: gpu-graph [options] <file> [gpus]');
	expect(exitCode).toBe(0);
	const source = readFileSync(new URL('../src/cli.ts', import.meta.url), 'utf8');
	expect(source.match(/^import (?!type).*'(.+)'/gm)!.map((line) => line.split("'")[1])).toEqual([
		'@steering/core/cli',
		'commander',
	]);
});

test('kill -9 again and again: nothing recorded as done is done twice, and it all gets done', async () => {
	const names = Array.from({ length: 30 }, (_, i) => `job${i}`);
	const commands = Object.fromEntries(names.map((name) => [name, `echo ${name} >> ran; sleep 0.05`]));
	const dependencies = Object.fromEntries(names.slice(2).map((name, i) => [name, [`job${i}`]]));
	const file = scratch.runFile({ commands, dependencies });
	const done = () =>
		scratch
			.lines('artifacts/runs/run/journal.jsonl')
			.filter((line) => line.includes('"state":"done"'))
			.map((line) => /"job":"(\w+)"/.exec(line)![1]!);
	for (const pause of [40, 150, 3, 270, 90]) {
		const before = done();
		const runs = scratch.lines('ran').length;
		const killed = scratch.start([file, 'cpu:2']);
		await until(() => scratch.lines('ran').length > runs, 'a job');
		await sleep(pause);
		killed.kill('SIGKILL');
		await killed;
		expect(
			scratch
				.lines('ran')
				.slice(runs)
				.filter((name) => before.includes(name)),
		).toEqual([]);
	}
	const before = done();
	const { exitCode } = await scratch.start([file, 'cpu:2']);
	expect(before.length).toBeGreaterThan(0);
	expect([exitCode, [...new Set(done())].sort()]).toEqual([0, names.toSorted()]);
});
