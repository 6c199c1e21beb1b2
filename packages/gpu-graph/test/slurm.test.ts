import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Scratch } from './scratch.js';
import { SlurmCluster, whyNoSlurm } from './slurm-cluster.js';

const reason = whyNoSlurm();
const slurm = test.skipIf(reason !== undefined);
const because = reason === undefined ? '' : ` [${reason}]`;

let cluster: SlurmCluster;
beforeAll(async () => {
	if (reason !== undefined) return;
	cluster = new SlurmCluster();
	await cluster.start();
});
afterAll(() => cluster?.stop());

let scratch: Scratch;
beforeEach(() => {
	scratch = new Scratch();
});
afterEach(async () => {
	if (reason === undefined) await cluster.command('scancel', ['--me']);
	await scratch.remove();
});

const ENGINE = ['--engine', 'slurm', '--poll', '0.3'];
const gpuGraph = (args: readonly string[], env: Record<string, string> = {}) =>
	scratch.start(args, { ...cluster.env, ...env });
const append = (name: string) => `echo ${name} >> ran`;

slurm(
	`a chain runs in order, what is quoted stays quoted, and is not run again by either engine${because}`,
	async () => {
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
					command: `mkdir -p out; echo "$X|$STEERING_THREADS|$PWD" > out/one.txt; echo $(seq -s' ' 3) >&2; ${append('first')}`,
					env: { X: `a 'b' $(c) "d"` },
					outputs: ['out/one.txt'],
				},
				{ name: 'words', command: ['printf', '%s;', '$(seq 3)', 'a b', "it's", ''] },
			],
		});
		const { exitCode, stdout, stderr } = await gpuGraph([file, ...ENGINE, '--cpus', '2', '--time', '10']);
		expect(stderr).toContain(`done it's "first" in`);
		expect([exitCode, stdout.replace(/in .*/, '')]).toEqual([0, 'a run: 3 done, ']);
		expect(scratch.lines('ran')).toEqual(['first', 'done']);
		const [log] = scratch.files('logs').filter((name) => name.endsWith('_last.log'));
		expect(scratch.read(`logs/${log}`)).toBe(`a 'b' $(c) "d"|2|${scratch.root}\n`);
		const [words] = scratch.files('logs').filter((name) => name.endsWith('_words.log'));
		expect(scratch.read(`logs/${words}`)).toBe("$(seq 3);a b;it's;;");
		expect((await gpuGraph([file, ...ENGINE])).stdout).toMatch(/^a run: 0 done, 3 done before/);
		expect((await gpuGraph([file, 'cpu:1'])).stdout).toMatch(/^a run: 0 done, 3 done before/);
	},
);

slurm(
	`a failed job: dependents are skipped and named, exit 1, the same command runs just those again${because}`,
	async () => {
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
		const failed = await gpuGraph([file, ...ENGINE]);
		expect(failed.stdout.split('\n').slice(1)).toEqual([
			'failed: bad: exit 7: no such luck (logs/sweep_bad.err)',
			'  skipped for it: behind, last',
		]);
		expect([failed.exitCode, scratch.lines('ran')]).toEqual([1, ['good']]);
		scratch.write('fixed', '');
		const fixed = await gpuGraph([file, ...ENGINE]);
		expect(fixed.stdout).toMatch(/^sweep: 3 done, 1 done before, in/);
		expect([fixed.exitCode, scratch.lines('ran')]).toEqual([0, ['good', 'behind', 'last']]);
	},
);
