import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { execa } from 'execa';
import { pythonOf, pythonScript } from './installed-sides.js';

/** Runs one of python/*.py; the seconds that it prints. Throws ERR_FAILED with its last line. */
export async function pythonSeconds(script: string, args: readonly string[], signal?: AbortSignal): Promise<number> {
	const { stdout, stderr, failed } = await execa(pythonOf('python'), [pythonScript(script), ...args], {
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
