import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

// The real thing, in processes of its own: exit codes, signals and closed pipes exist nowhere else.
const core = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = `
	import { Command } from 'commander';
	import { SteeringError } from './errors/index.js';
	import { multsOption, progress, runCli, signalOf } from './cli/index.js';
	const program = new Command('example').version('1.2.3');
	multsOption(program.command('print').option('--layer <n>').option('--lines <n>')).action((options) => {
		for (let i = 0; i < (options.lines ?? 0); i++) console.log('a line of text, to fill the pipe');
		if (!options.lines) console.log(JSON.stringify(options));
		console.error('end');
	});
	program.command('fail').argument('<how>').action(async (how) => {
		const cause = new Error('the deeper reason');
		if (how === 'missing') throw new SteeringError('ERR_MISSING_INPUT', 'vec.safetensors\\ndoes not exist', { hint: 'make it', cause });
		if (how === 'bug') throw new TypeError('x is undefined');
		if (how === 'late') setTimeout(() => { throw new Error('late'); });
		if (how === 'rejected') Promise.reject(new SteeringError('ERR_USAGE', 'nobody waited'));
		await new Promise((resolve) => setTimeout(resolve, 60_000));
	});
	program.command('wait').option('--deaf').action(async (options, command) => {
		const signal = signalOf(command);
		const timer = setInterval(() => {}, 1000);
		const stopped = new Promise((resolve, reject) => signal.addEventListener('abort', () => {
			console.log('cleaning up');
			options.deaf ? console.log('deaf') : reject(signal.reason);
		}));
		console.log('waiting');
		await stopped;
	});
	program.command('talk').action(async () => {
		for (let i = 0; i < 100; i++) {
			console.log('still here');
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	});
	await runCli(program);
`;

function start(...args: string[]): ChildProcess {
	return spawn(process.execPath, [join(built, 'example.js'), ...args], { env: { ...process.env, NODE_OPTIONS: '' } });
}

type Ending = { code: number | null; stdout: string; stderr: string };

async function ending(child: ChildProcess): Promise<Ending> {
	const text = { stdout: '', stderr: '' };
	child.stdout?.on('data', (chunk) => {
		text.stdout += chunk;
	});
	child.stderr?.on('data', (chunk) => {
		text.stderr += chunk;
	});
	const [code] = await once(child, 'close');
	return { code, ...text };
}

const run = (...args: string[]) => ending(start(...args));

// Compiled once: a loader would cost each of the processes more than the rest of the test.
let built = '';
beforeAll(() => {
	mkdirSync(join(core, '.cache'), { recursive: true });
	built = mkdtempSync(join(core, '.cache', 'cli-test-'));
	const tsc = join(core, '..', '..', 'node_modules', 'typescript', 'bin', 'tsc');
	const options =
		'--ignoreConfig --rootDir src --module nodenext --target es2022 --lib es2023 --types node --skipLibCheck';
	const files = ['src/cli/index.ts', 'src/errors/index.ts'];
	execFileSync(process.execPath, [tsc, ...options.split(' '), '--outDir', built, ...files], { cwd: core });
	writeFileSync(join(built, 'example.js'), PROGRAM);
});
afterAll(() => rmSync(built, { recursive: true }));

it('takes negative multipliers both ways', async () => {
	const apart = await run('print', '--mults', '-1', '-0.5', '0', '1e-05', '--layer', '3');
	expect(JSON.parse(apart.stdout)).toEqual({ mults: [-1, -0.5, 0, 1e-5], layer: '3' });
	expect(apart).toMatchObject({ code: 0, stderr: 'end\n' });
	const joined = await run('print', '--mults=-1,0,1');
	expect(JSON.parse(joined.stdout)).toEqual({ mults: [-1, 0, 1] });
});

it.each([
	[['print', '--mulls', '1'], "error: unknown option '--mulls' (Did you mean --mults?); --help lists the flags\n"],
	[['print', '--layer'], "error: option '--layer <n>' argument missing; --help lists the flags\n"],
	[['print', '--mults', '1', 'x'], "error: --mults: 'x' is not a number\n"],
	[['print', '--mults', '--layer', '1'], "error: --mults: '--layer' is not a number\n"],
	[['prind'], "error: unknown command 'prind' (Did you mean print?); --help lists the flags\n"],
	[['fail'], "error: missing required argument 'how'; --help lists the flags\n"],
	[['fail', 'rejected'], 'error: nobody waited\n'],
])('%j is one line and exit code 2', async (args, stderr) => {
	expect(await run(...args)).toEqual({ code: 2, stdout: '', stderr });
});

it('knows its version', async () => {
	expect(await run('--version')).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
});

it('shows help, with exit code 2 when a command is missing', async () => {
	expect(await run('print', '--help')).toMatchObject({
		code: 0,
		stdout: expect.stringContaining('--debug'),
		stderr: '',
	});
	expect(await run()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage: example') });
});

it('prints an error as one line, and its stack only with --debug', async () => {
	const stderr = 'error: vec.safetensors does not exist; make it\n';
	expect(await run('fail', 'missing')).toEqual({ code: 3, stdout: '', stderr });
	const debugged = await run('fail', 'missing', '--debug');
	expect(debugged).toMatchObject({ code: 3, stderr: expect.stringMatching(/; make it\n.*\n? +at .*/s) });
	expect(debugged.stderr).toContain('caused by: Error: the deeper reason');
});

it.each(['bug', 'late'])('an unexpected error (%s) is one line too', async (how) => {
	const { code, stderr } = await run('fail', how);
	expect(code).toBe(1);
	expect(stderr).toMatch(/^error: [^\n]+; this is unexpected: --debug shows where it comes from\n$/);
});

it.each([
	['SIGHUP', 129],
	['SIGINT', 130],
	['SIGTERM', 143],
] as const)('the first %s lets work end', async (signal, code) => {
	const child = start('wait');
	const end = ending(child);
	await once(child.stdout!, 'data');
	child.kill(signal);
	const { stdout, stderr, code: actual } = await end;
	expect(actual).toBe(code);
	expect(stdout).toBe('waiting\ncleaning up\n');
	expect(stderr).toBe(`stopping on ${signal}; once more ends it at once\nerror: stopped by ${signal}\n`);
});

it('the second signal ends a command that does not listen', async () => {
	const child = start('wait', '--deaf');
	const end = ending(child);
	await once(child.stdout!, 'data');
	child.kill('SIGINT');
	await once(child.stdout!, 'data');
	child.kill('SIGINT');
	expect((await end).code).toBe(130);
});

it('a reader that goes away does not stop the work', async () => {
	const child = start('print', '--lines', '100000');
	let stderr = '';
	child.stderr?.on('data', (chunk) => {
		stderr += chunk;
	});
	await once(child.stdout!, 'data');
	child.stdout?.destroy();
	const [code] = await once(child, 'close');
	expect({ code, stderr }).toEqual({ code: 0, stderr: 'end\n' });
});

it('goes on to its end, and not round in circles, when its terminal is gone', async ({ skip }) => {
	skip(spawnSync('script', ['--version']).status !== 0, 'there is no script(1) to make a terminal with');
	// In a session of its own, where no SIGHUP reaches it: only its writes fail.
	const line = `setsid "${process.execPath}" "${join(built, 'example.js')}" talk & echo "pid $!."; wait`;
	const terminal = spawn('script', ['-qfc', line, '/dev/null'], { env: { ...process.env, NODE_OPTIONS: '' } });
	let text = '';
	for await (const chunk of terminal.stdout) {
		text += chunk;
		if (/pid \d+\./.test(text) && text.includes('still here')) break;
	}
	const pid = Number(/pid (\d+)\./.exec(text)![1]);
	const gone = once(terminal, 'close');
	terminal.kill('SIGKILL');
	await gone;
	await expect.poll(() => isAlive(pid), { timeout: 20_000, interval: 100 }).toBe(false);
});

function isAlive(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}
