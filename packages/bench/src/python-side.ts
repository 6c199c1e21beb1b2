import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SteeringError } from '@steering/core/errors';
import { execa } from 'execa';

/** `packages/bench`, seen from src and dist alike. */
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const VENV = join(PACKAGE, '.cache', 'venv');
const PYTHON = join(VENV, 'bin', 'python');
/** transformers as the reference has it. */
const PINS = [
	'torch==2.13.0',
	'transformers==4.43.3',
	'numpy<2',
	'concept-erasure==0.2.4',
	'safetensors==0.5.3',
	'onnx==1.23.2',
];

/** Written last: what was installed. */
const READY = join(VENV, 'ready');

function isInstalled(): boolean {
	return existsSync(READY) && readFileSync(READY, 'utf8') === PINS.join('\n');
}

/** Installs the Python side into a virtual environment of the bench's own, once. Throws ERR_MISSING_INPUT without Python. */
export async function installPython(onNote: (note: string) => void): Promise<void> {
	if (isInstalled()) return;
	onNote(`installing ${PINS.join(', ')} into ${VENV}`);
	try {
		await execa('python3', ['-m', 'venv', VENV]);
		await execa(PYTHON, ['-m', 'pip', 'install', '--quiet', ...PINS]);
		writeFileSync(READY, PINS.join('\n'));
	} catch (cause) {
		throw new SteeringError('ERR_MISSING_INPUT', 'the Python side could not be installed', {
			hint: 'python3 (3.11) with venv and access to PyPI are needed',
			cause,
		});
	}
}

/** Throws ERR_MISSING_INPUT saying how to install it. */
export function requirePython(): void {
	if (isInstalled()) return;
	throw new SteeringError('ERR_MISSING_INPUT', 'the bench compares with Python, which is not installed for it', {
		hint: 'run it once with --with python',
	});
}

/** Runs one of python/*.py; the seconds that it prints. Throws ERR_FAILED with its last line. */
export async function pythonSeconds(script: string, args: readonly string[], signal?: AbortSignal): Promise<number> {
	const path = join(PACKAGE, 'python', script);
	const { stdout, stderr, failed } = await execa(PYTHON, [path, ...args], {
		reject: false,
		...(signal ? { cancelSignal: signal } : {}),
	});
	signal?.throwIfAborted();
	const seconds = Number(stdout.trim().split('\n').at(-1));
	if (failed || !Number.isFinite(seconds)) {
		throw new SteeringError('ERR_FAILED', `${script} ${args.at(-1)} failed: ${stderr.trim().split('\n').at(-1)}`);
	}
	return seconds;
}

/** The model's weights as a float32 checkpoint in `folder`, for the Python side: made once. Throws ERR_FAILED. */
export async function checkpointOf(model: string, folder: string, signal?: AbortSignal): Promise<string> {
	const checkpoint = join(folder, 'checkpoint');
	if (!existsSync(checkpoint)) await pythonSeconds('checkpoint.py', [model, checkpoint], signal);
	return checkpoint;
}
