import { cacheFindings } from './caches.js';
import { dataFindings } from './data.js';
import { deviceFindings } from './devices.js';
import type { Finding, Report } from './finding.js';
import { modelFindings } from './models.js';
import { runtimeFindings } from './runtime.js';
import { selfTest } from './self-test.js';
import { toolFindings } from './tools.js';

export interface DoctorOptions {
	env?: NodeJS.ProcessEnv | undefined;
	signal?: AbortSignal | undefined;
}

/**
 * Finds out what runtime, devices, caches, models, data and tools there are, and whether the core works: the embedded model is
 * loaded and writes three tokens. Nothing is downloaded, built or changed, and what crashes does so in a process of its own.
 */
export async function doctor({ env = process.env, signal }: DoctorOptions = {}): Promise<Report> {
	const runtime = await runtimeFindings(env);
	const tested = await selfTest(signal);
	const core: Finding[] = [...runtime, tested];
	const sections = [
		{ title: 'runtime', findings: [...core, ...(await deviceFindings(signal))] },
		{ title: 'models', findings: await modelFindings(env) },
		{ title: 'data', findings: await dataFindings(env) },
		{ title: 'caches', findings: await cacheFindings(env) },
		{ title: 'tools', findings: await toolFindings(env, signal) },
	];
	signal?.throwIfAborted();
	return { works: core.every(({ state }) => state !== 'wrong'), sections };
}
