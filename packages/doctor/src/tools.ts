import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Finding } from './finding.js';

interface Tool {
	readonly what: string;
	/** Names of the program, any of which will do. */
	readonly programs: readonly string[];
	readonly serves: string;
}

const TOOLS: readonly Tool[] = [
	{ what: 'nvidia-smi', programs: ['nvidia-smi'], serves: 'GPUs as slots of gpu-graph' },
	{ what: 'slurm', programs: ['sbatch'], serves: 'runs on a cluster' },
	{ what: 'chromium', programs: ['chromium', 'chromium-browser', 'google-chrome'], serves: 'tests of HTML pages' },
	{ what: 'llama.cpp', programs: ['llama-server'], serves: 'a larger judge for pnpm eval' },
];

/** Where pnpm eval looks for a judge server by default. */
const JUDGE_SERVER = 'http://127.0.0.1:8005';
/** A server of this machine that is there answers in milliseconds. */
const JUDGE_TIMEOUT_MS = 1000;

/** Programs that some commands use when they are there, and the judge server. */
export async function toolFindings(env: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<Finding[]> {
	return [...TOOLS.map((tool) => toolFinding(tool, env)), await judgeFinding(signal)];
}

function toolFinding({ what, programs, serves }: Tool, env: NodeJS.ProcessEnv): Finding {
	const path = programs.map((program) => findProgram(program, env)).find((found) => found !== undefined);
	return path === undefined
		? { state: 'absent', what, about: `not in PATH; for ${serves}` }
		: { state: 'ok', what, about: path };
}

function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
	const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
	return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}

async function judgeFinding(signal: AbortSignal | undefined): Promise<Finding> {
	const limit = AbortSignal.timeout(JUDGE_TIMEOUT_MS);
	const answer = await fetch(`${JUDGE_SERVER}/v1/models`, {
		signal: signal ? AbortSignal.any([signal, limit]) : limit,
	}).catch(() => undefined);
	await answer?.body?.cancel();
	const what = 'judge server';
	if (answer?.ok) return { state: 'ok', what, about: JUDGE_SERVER };
	return { state: 'absent', what, about: `none at ${JUDGE_SERVER}` };
}
