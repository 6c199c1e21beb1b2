import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));
const cli = join(repository, 'packages/gpu-graph/src/cli.ts');
const tsx = join(repository, 'node_modules/tsx/dist/esm/index.mjs');

/** A workspace of its own in a temporary folder, with the real command to run in it. */
export class Scratch {
	readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'gpu-graph-')));

	constructor() {
		this.write('pnpm-workspace.yaml', '');
	}

	write(path: string, text: string): string {
		const full = join(this.root, path);
		mkdirSync(dirname(full), { recursive: true });
		writeFileSync(full, text);
		return full;
	}

	/** A run file that exports this value. */
	runFile(run: unknown, name = 'run.ts'): string {
		this.write(name, `export default ${JSON.stringify(run)};\n`);
		return name;
	}

	has(path: string): boolean {
		return existsSync(join(this.root, path));
	}

	read(path: string): string {
		return readFileSync(join(this.root, path), 'utf8');
	}

	files(path: string): string[] {
		return readdirSync(join(this.root, path));
	}

	lines(path: string): string[] {
		return this.has(path) ? this.read(path).split('\n').filter(Boolean) : [];
	}

	/** The command, from its sources. Its promise never rejects. */
	start(
		args: readonly string[],
		env: Record<string, string> = {},
		/** A program that starts it, e.g. with limits. */
		through: readonly string[] = [],
		options: { detached?: boolean } = {},
	) {
		const [program, ...rest] = [...through, process.execPath, '--conditions=source', '--import', tsx, cli, ...args];
		return execa(program!, rest, {
			...options,
			cwd: this.root,
			env: { CUDA_VISIBLE_DEVICES: undefined, ...env },
			reject: false,
			stdin: 'ignore',
		});
	}

	/** Any other command, in this folder. Its promise never rejects. */
	command([program, ...rest]: readonly string[], env: Record<string, string> = {}) {
		return execa(program!, rest, { cwd: this.root, env, reject: false, stdin: 'ignore' });
	}

	async remove(): Promise<void> {
		await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
	}
}

/** A job command: this JavaScript, in a Node of its own. */
export function node(script: string): readonly string[] {
	return [process.execPath, '-e', script];
}

/** Waits until it is so; the tests' only clock. */
export async function until(isSo: () => boolean, what: string, seconds = 30): Promise<void> {
	const end = Date.now() + seconds * 1000;
	while (!isSo()) {
		if (Date.now() > end) throw new Error(`waited ${seconds} s for: ${what}`);
		await sleep(20);
	}
}

export function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
	} catch {
		return false;
	}
	return !/\) Z /.test(existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '');
}
