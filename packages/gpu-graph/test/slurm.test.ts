import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Scratch, until as untilWithin } from './scratch.js';
import { PATIENCE_S, SlurmCluster, whyNoSlurm } from './slurm-cluster.js';

const reason = whyNoSlurm();
const slurm = reason === undefined ? test.concurrent : test.skip;
const because = reason === undefined ? '' : ` [${reason}]`;

vi.setConfig({ testTimeout: 2000 * PATIENCE_S, hookTimeout: 2000 * PATIENCE_S });
const until = (isSo: () => boolean, what: string) => untilWithin(isSo, what, PATIENCE_S);

let cluster: SlurmCluster;
const scratches: Scratch[] = [];
beforeAll(async () => {
	if (reason !== undefined) return;
	cluster = new SlurmCluster();
	await cluster.start();
});
afterAll(async () => {
	await cluster?.stop();
	for (const scratch of scratches) await scratch.remove();
});

const ENGINE = ['--engine', 'slurm', '--poll', '0.3'];
const append = (name: string) => `echo ${name} >> ran`;
/** Never ends by itself, says that it started and that it was told to stop. */
const waits = "trap 'echo told >> ran; exit 9' TERM; echo started >> ran; while :; do sleep 0.1; done";

/** A workspace of its own, and the command in it. */
function workspace() {
	const scratch = new Scratch();
	scratches.push(scratch);
	const run = (args: readonly string[], env: Record<string, string> = {}) =>
		scratch.start(args, { ...cluster.env, ...env });
	/** An `sbatch` before the real one on the PATH. */
	const sbatch = (script: string) => {
		chmodSync(
			scratch.write('bin/sbatch', `#!/bin/sh\nreal() { PATH="$REAL_PATH" command sbatch "$@"; }\n${script}\n`),
			0o755,
		);
		return { PATH: `${scratch.root}/bin:${cluster.env.PATH}`, REAL_PATH: cluster.env.PATH! };
	};
	const lines = (path: string) => scratch.lines(path);
	return { scratch, run, sbatch, lines };
}

// First, because it waits longest: Slurm looks at time limits every 30 seconds.
slurm(`before Slurm's time limit a job is told to stop, and queued again while it has retries${because}`, async () => {
	const { scratch, run, lines } = workspace();
	const command = `if [ -e again ]; then ${append('resumed')}; exit 4; fi; touch again; ${waits}`;
	const file = scratch.runFile({ jobs: [{ name: 'long', command, retries: 1 }] });
	const running = run([file, ...ENGINE, '--time', '1', '--signal-before', '60']);
	await until(() => lines('ran').includes('told'), 'the signal');
	const id = /"id":"(\d+)"/.exec(scratch.read('artifacts/runs/run/journal.jsonl'))![1]!;
	await cluster.untilState(id, 'PENDING');
	await cluster.startSoon(id);
	const { exitCode, stdout, stderr } = await running;
	expect(stderr).toContain('retry long: stopped before the time limit of its Slurm job');
	expect(lines('ran')).toEqual(['started', 'told', 'resumed']);
	expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/^failed: long: exit 4/m)]);
});

slurm(`a chain runs in order, what is quoted stays quoted, and neither engine runs it again${because}`, async () => {
	const { scratch, run, lines } = workspace();
	const file = scratch.runFile({
		name: 'a run',
		jobs: [
			{
				name: 'last',
				command: 'cat out/one.txt; echo done >> ran',
				needs: ['it\'s "first"'],
				gpus: 0,
				inputs: ['out'],
			},
			{
				name: 'it\'s "first"',
				command: `mkdir -p out; echo "$X|$STEERING_THREADS|$PWD" > out/one.txt; ${append('first')}`,
				env: { X: `a 'b' $(c) "d"` },
				outputs: ['out/one.txt'],
			},
			{ name: 'words', command: ['printf', '%s;', '$(seq 3)', 'a b', "it's", ''] },
		],
	});
	const { exitCode, stdout, stderr } = await run([file, ...ENGINE, '--cpus', '2', '--time', '10']);
	expect(stderr).toContain(`done it's "first" in`);
	expect([exitCode, stdout.replace(/in .*/, '')]).toEqual([0, 'a run: 3 done, ']);
	expect(lines('ran')).toEqual(['first', 'done']);
	const log = (job: string) =>
		scratch.read(`logs/${scratch.files('logs').find((name) => name.endsWith(`_${job}.log`))}`);
	expect(log('last')).toBe(`a 'b' $(c) "d"|2|${scratch.root}\n`);
	expect(log('words')).toBe("$(seq 3);a b;it's;;");
	expect((await run([file, ...ENGINE])).stdout).toMatch(/^a run: 0 done, 3 done before/);
	expect((await run([file, 'cpu:1'])).stdout).toMatch(/^a run: 0 done, 3 done before/);
});

slurm(
	`a failed job: dependents are skipped and named, exit 1, the same command runs just those again${because}`,
	async () => {
		const { scratch, run, lines } = workspace();
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
		const failed = await run([file, ...ENGINE]);
		expect(failed.stdout.split('\n').slice(1)).toEqual([
			'failed: bad: exit 7: no such luck (logs/sweep_bad.err)',
			'  skipped for it: behind, last',
		]);
		expect([failed.exitCode, lines('ran')]).toEqual([1, ['good']]);
		scratch.write('fixed', '');
		const fixed = await run([file, ...ENGINE]);
		expect(fixed.stdout).toMatch(/^sweep: 3 done, 1 done before, in/);
		expect([fixed.exitCode, lines('ran')]).toEqual([0, ['good', 'behind', 'last']]);
	},
);

slurm(
	`kill -9 between sbatch and the record of its answer: the job is found by name, not submitted twice${because}`,
	async () => {
		const { scratch, run, sbatch, lines } = workspace();
		const file = scratch.runFile({
			commands: { one: append('one'), two: append('two') },
			dependencies: { two: ['one'] },
		});
		const killed = await run([file, ...ENGINE], sbatch('real "$@" >> submitted; kill -KILL $PPID'));
		expect(killed.signal).toBe('SIGKILL');
		const [id] = lines('submitted');
		const resumed = await run([file, ...ENGINE], sbatch('real "$@" | tee -a submitted'));
		expect(resumed.stderr).toContain(`found Slurm job ${id} of a killed runner: one`);
		expect([resumed.exitCode, resumed.stdout.replace(/in .*/, '')]).toEqual([0, 'run: 2 done, ']);
		expect([lines('submitted').length, lines('ran')]).toEqual([2, ['one', 'two']]);
	},
);

slurm(
	`a job that Slurm took on while the answer was lost is found by name, not submitted twice${because}`,
	async () => {
		const { scratch, run, sbatch, lines } = workspace();
		const file = scratch.runFile({ commands: { one: append('one') } });
		const lost = 'echo "sbatch: error: Batch job submission failed: Connection reset by peer" >&2; exit 1';
		const { exitCode, stdout } = await run([file, ...ENGINE], sbatch(`real "$@" >> submitted; ${lost}`));
		expect([exitCode, stdout.replace(/in .*/, '')]).toEqual([0, 'run: 1 done, ']);
		expect([lines('submitted').length, lines('ran')]).toEqual([1, ['one']]);
	},
);

slurm(`an sbatch that arrives after its runner died and its job was given up does nothing${because}`, async () => {
	const { scratch, run, sbatch, lines } = workspace();
	const file = scratch.runFile({ commands: { one: append('one') } });
	const late = 'kill -KILL $PPID; while [ ! -e go ]; do sleep 0.05; done; real "$@" > late.tmp; mv late.tmp late';
	expect((await run([file, ...ENGINE], sbatch(late))).signal).toBe('SIGKILL');
	expect((await run([file, ...ENGINE])).stdout).toMatch(/^run: 1 done, in/);
	scratch.write('go', '');
	await until(() => scratch.has('late'), 'the late submission');
	const [id] = lines('late');
	await cluster.untilState(id!, 'FAILED');
	expect(lines('ran')).toEqual(['one']);
});

slurm(`Ctrl-C leaves jobs running, the local engine keeps off them, --cancel ends them${because}`, async () => {
	const { scratch, run, lines } = workspace();
	const file = scratch.runFile({ commands: { one: waits, two: append('two') }, dependencies: { two: ['one'] } });
	const interrupted = run([file, ...ENGINE]);
	await until(() => lines('ran').length > 0, 'the job');
	interrupted.kill('SIGINT');
	const { exitCode, stderr, stdout } = await interrupted;
	expect([exitCode, stdout.replace(/, in .*/, '')]).toEqual([130, 'run: 0 done, 2 not finished']);
	expect(stderr).toContain('stopped, its jobs go on; the same command follows them, --cancel ends them');
	const status = JSON.parse((await run([file, '--status', '--json'])).stdout);
	expect(status.jobs.map(({ state }: { state: string }) => state)).toEqual(['running', 'submitted']);
	const local = await run([file, 'cpu:1']);
	expect([local.exitCode, local.stderr]).toEqual([
		2,
		'error: 2 jobs of this run are with Slurm (one, two); follow them with --engine slurm, or end them with --engine slurm --cancel',
	]);
	expect((await run([file, '--engine', 'slurm', '--cancel'])).stdout).toBe('run: 2 jobs cancelled');
	await until(() => lines('ran').includes('told'), 'TERM');
	expect((await run([file, '--status'])).stdout).toBe('run: 2 interrupted; no runner');
});

slurm(`--cancel-on-interrupt; a job cancelled by others has failed and says so${because}`, async () => {
	const { scratch, run, lines } = workspace();
	const file = scratch.runFile({ commands: { one: waits } });
	const cancelled = run([file, ...ENGINE, '--cancel-on-interrupt']);
	await until(() => lines('ran').length > 0, 'the job');
	cancelled.kill('SIGINT');
	expect([(await cancelled).exitCode, (await cancelled).stderr]).toEqual([
		130,
		expect.stringContaining('its jobs cancelled; the same command goes on from here'),
	]);
	const again = run([file, ...ENGINE]);
	await until(() => lines('ran').filter((line) => line === 'started').length === 2, 'the job again');
	const journal = lines('artifacts/runs/run/journal.jsonl').map((line) => JSON.parse(line));
	await cluster.command('scancel', [journal.findLast((record) => record.slurm?.id).slurm.id]);
	const { exitCode, stdout } = await again;
	expect([exitCode, stdout]).toEqual([
		1,
		expect.stringMatching(/failed: one: was cancelled in Slurm \(CANCELLED, Slurm job \d+\)/),
	]);
});

slurm(`a timeout is kept to the second and tried again in place; what ignores TERM is killed${because}`, async () => {
	const { scratch, run, lines } = workspace();
	const file = scratch.runFile({
		jobs: [
			{
				name: 'resumes',
				command: `echo try >> tries; test $(wc -l < tries) -ge 2 || { ${waits}; }`,
				timeout: 1,
				retries: 1,
			},
			{ name: 'stubborn', command: "trap '' TERM; while :; do sleep 0.1; done", timeout: 1 },
		],
	});
	const { exitCode, stdout, stderr } = await run([file, ...ENGINE, '--grace', '1']);
	expect(stderr).toContain('retry resumes: timed out after 1 s');
	expect(stderr).toContain('done resumes');
	expect([exitCode, lines('ran'), lines('tries').length]).toEqual([1, ['started', 'told'], 2]);
	expect(stdout.split('\n')[1]).toBe('failed: stubborn: timed out after 1 s (logs/run_stubborn.err)');
});

slurm(`a grid goes as arrays, task behind task; one failed task costs its own chain alone${because}`, async () => {
	const { scratch, run, lines } = workspace();
	const settings = ['a', 'b', 'c'];
	const jobs = settings.flatMap((name) => [
		{ name: `steer_${name}`, command: name === 'b' ? 'exit 3' : append(`steer_${name}`) },
		{ name: `eval_${name}`, command: append(`eval_${name}`), needs: [`steer_${name}`] },
	]);
	const file = scratch.runFile({ jobs: [...jobs, { name: 'all', command: 'true', needs: ['eval_a', 'eval_c'] }] });
	const plan = JSON.parse((await run([file, '--engine', 'slurm', '--dry-run', '--json'])).stdout);
	expect([plan.submissions, plan.jobs.length]).toEqual([3, 7]);
	const { exitCode, stdout, stderr } = await run([file, ...ENGINE]);
	expect(stderr).toMatch(/submit eval_a and 2 more as an array: Slurm job \d+, aftercorr:\d+/);
	expect([exitCode, stdout.split('\n').slice(1)]).toEqual([
		1,
		['failed: steer_b: exit 3 (logs/run_steer_b.err)', '  skipped for it: eval_b'],
	]);
	expect(lines('ran').toSorted()).toEqual(['eval_a', 'eval_c', 'steer_a', 'steer_c']);
});

slurm(
	`--detach returns, --status looks, the same command picks up and submits a changed job anew${because}`,
	async () => {
		const { scratch, run: plain, lines } = workspace();
		// What a user has for other work: it must neither hide jobs nor hold up a submission.
		const run = (args: readonly string[]) => plain(args, { SQUEUE_NAMES: 'other', SBATCH_WAIT: '1' });
		const jobs = (command: string) => ({
			commands: { ends: append('ends'), waits: command, behind: append('behind') },
			dependencies: { behind: ['waits'] },
		});
		const file = scratch.runFile(jobs(waits));
		const detached = await run([file, '--engine', 'slurm', '--detach']);
		expect([detached.exitCode, detached.stdout.replace(/, in .*/, '')]).toEqual([0, 'run: 0 done, 3 not finished']);
		await until(() => lines('ran').length === 2, 'the jobs');
		let status = '';
		while (!status.startsWith('run: 1 done, 1 running, 1 submitted')) status = (await run([file, '--status'])).stdout;
		scratch.runFile(jobs(append('changed')));
		const { exitCode, stdout } = await run([file, ...ENGINE]);
		expect([exitCode, stdout.replace(/, in .*/, '')]).toEqual([0, 'run: 3 done']);
		expect(
			lines('ran')
				.filter((line) => line !== 'started')
				.toSorted(),
		).toEqual(['behind', 'changed', 'ends', 'told']);
	},
);

slurm(`what Slurm refuses is one line in its words, and leaves nothing behind${because}`, async () => {
	const { scratch, run } = workspace();
	const file = scratch.runFile({ commands: { one: 'true' } });
	const refused = await run([file, ...ENGINE, '--partition', 'nowhere']);
	expect([refused.exitCode, refused.stderr.split('\n').at(-1)]).toEqual([
		1,
		expect.stringMatching(/^error: Slurm refuses one: sbatch: .*Invalid partition name specified/),
	]);
	expect((await run([file, '--status'])).stdout).toBe('run: 1 interrupted; no runner');
});

test.concurrent.each([
	['--partition with the local engine', ['cpu:1', '--partition', 'x'], '--partition does not go with --engine local'],
	['GPUS with Slurm', ['0,1', '--engine', 'slurm'], 'GPUS 0,1 does not go with --engine slurm'],
	['--cancel with --detach', ['--engine', 'slurm', '--cancel', '--detach'], '--cancel and --detach do not go together'],
	['--cancel of a part', ['--engine', 'slurm', '--cancel', '--only', 'x'], '--cancel and --only do not go together'],
	['--status with --time', ['--engine', 'slurm', '--status', '--time', '1'], '--time does not go with --status'],
	['another engine', ['--engine', 'pbs'], "argument 'pbs' is invalid"],
	['a time that is none', ['--engine', 'slurm', '--time', 'soon'], '--time soon must be minutes'],
])('a usage error, one line: %s', async (_, flags, message) => {
	const { scratch } = workspace();
	const file = scratch.runFile({ commands: { one: 'true' } });
	const { exitCode, stderr } = await scratch.start([file, ...flags]);
	expect([exitCode, stderr.split('\n').length, stderr]).toEqual([2, 1, expect.stringContaining(message)]);
});

test.concurrent("one line where there is no Slurm's sbatch, and nothing is taken for submitted", async () => {
	const { scratch } = workspace();
	const file = scratch.runFile({ commands: { one: 'true' } });
	const { exitCode, stderr } = await scratch.start([file, '--engine', 'slurm'], { PATH: scratch.root });
	expect([exitCode, stderr.split('\n').at(-1)]).toEqual([
		3,
		"error: there is no sbatch on the PATH; --engine slurm runs where Slurm's commands are",
	]);
	expect(JSON.parse((await scratch.start([file, '--status', '--json'])).stdout).jobs).toMatchObject([
		{ name: 'one', state: 'interrupted' },
	]);
});
