import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Scratch, until as untilWithin } from './scratch.js';
import { PATIENCE_S, SlurmCluster, whyNoSlurm } from './slurm-cluster.js';

const reason = whyNoSlurm();
const slurm = test.skipIf(reason !== undefined);
const because = reason === undefined ? '' : ` [${reason}]`;

vi.setConfig({ testTimeout: 2000 * PATIENCE_S, hookTimeout: 2000 * PATIENCE_S });
const until = (isSo: () => boolean, what: string) => untilWithin(isSo, what, PATIENCE_S);

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
	await cluster?.repair();
	await scratch.remove();
});

/** The command, and what it has told so far. */
function run(file: string, ...flags: string[]) {
	const running = scratch.start([file, '--engine', 'slurm', '--poll', '0.3', ...flags], cluster.env);
	let told = '';
	running.stderr.on('data', (text: Buffer) => {
		told += text.toString();
	});
	/** Waits for what the run tells; it must not end before. */
	const untilTold = (text: string, times = 1) =>
		until(() => {
			if (told.split(text).length > times) return true;
			if (running.exitCode !== null) throw new Error(`the run ended before it told "${text}":\n${told}`);
			return false;
		}, text);
	return { running, told: () => told, untilTold };
}
/** Ends when the file is there. */
const waitsFor = (file: string) => `echo started >> ran; until [ -e ${file} ]; do sleep 0.1; done; echo ended >> ran`;

slurm(`a killed controller is waited for, and the run goes on when it is back${because}`, async () => {
	const file = scratch.runFile({
		commands: { one: waitsFor('go'), two: 'echo two >> ran' },
		dependencies: { two: ['one'] },
	});
	const { running, told, untilTold } = run(file);
	await untilTold('start one');
	await cluster.untilSaved();
	await cluster.killControllerInRequest();
	await untilTold('Slurm does not answer, waiting for it');
	scratch.write('go', '');
	await until(() => scratch.lines('ran').includes('ended'), 'the end of the job');
	await cluster.startController();
	const { exitCode, stdout } = await running;
	expect([exitCode, stdout.replace(/, in .*/, '')]).toEqual([0, 'run: 2 done']);
	expect(
		told()
			.split('\n')
			.filter((line) => line.startsWith('Slurm')),
	).toEqual([expect.stringContaining('Slurm does not answer, waiting for it'), 'Slurm answers again']);
	expect(scratch.lines('ran')).toEqual(['started', 'ended', 'two']);
});

slurm(
	`a waiting job that a killed controller had not saved is submitted again, with what waits for it${because}`,
	async () => {
		const file = scratch.runFile({
			commands: { one: 'echo one >> ran', two: 'echo two >> ran' },
			dependencies: { two: ['one'] },
		});
		const { running, told, untilTold } = run(file, '--sbatch=--begin=now+1hour');
		await untilTold('submit two');
		await cluster.killControllerInRequest();
		cluster.loseState();
		await cluster.startController();
		await untilTold('submit two', 2);
		expect(told()).toContain('one is lost, Slurm knows no job');
		for (const [id, state] of await cluster.states()) if (state === 'PENDING') await cluster.startIn(id, 0);
		const { exitCode, stdout } = await running;
		expect([exitCode, stdout.replace(/, in .*/, '')]).toEqual([0, 'run: 2 done']);
		expect(scratch.lines('ran')).toEqual(['one', 'two']);
	},
);

slurm(`a submission that the controller dies over is handed in once it is back${because}`, async () => {
	const file = scratch.runFile({ commands: { one: 'echo one >> ran' } });
	cluster.hangController();
	const { running, untilTold } = run(file);
	await cluster.killControllerInRequest();
	await untilTold('Slurm does not answer, waiting for it (sbatch: ');
	await cluster.startController();
	const { exitCode, stdout } = await running;
	expect([exitCode, stdout.replace(/, in .*/, '')]).toEqual([0, 'run: 1 done']);
	expect(scratch.lines('ran')).toEqual(['one']);
});

slurm(`a job whose node dies is queued again and resumes${because}`, async () => {
	const file = scratch.runFile({ commands: { one: waitsFor('go') } });
	const { running, untilTold } = run(file);
	await until(() => scratch.lines('ran').length > 0, 'the job');
	await untilTold('start one');
	await cluster.killNode();
	await untilTold('one is queued again');
	scratch.write('go', '');
	await cluster.startNode();
	const [id] = [...(await cluster.states())].find(([, state]) => state === 'PENDING')!;
	await cluster.startSoon(id);
	const { exitCode, stdout } = await running;
	expect([exitCode, stdout.replace(/, in .*/, '')]).toEqual([0, 'run: 1 done']);
	expect(scratch.lines('ran')).toEqual(['started', 'started', 'ended']);
});
