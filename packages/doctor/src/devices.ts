import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Finding, wrong } from './finding.js';

/** Drivers may hang where there is no device. */
const PROBE_TIMEOUT_MS = 20_000;

/**
 * Opens a session of a graph with one execution provider and says so. It is text and not a file of its own, that it runs in the
 * same way from source and from a build.
 */
const PROBE = `
const [runtime, graph, provider] = process.argv.slice(1);
const { default: ort } = await import(runtime);
await ort.InferenceSession.create(graph, { executionProviders: [provider], logSeverityLevel: 4 })
	.then(() => console.log('works'), (error) => console.log(error.message.split('\\n')[0]));
process.exit(0);
`;

const TODO: Readonly<Record<string, string>> = {
	cuda: 'needs an NVIDIA GPU, onnxruntime-node for CUDA',
	webgpu: 'needs a GPU with Vulkan, Metal or D3D12',
};

/** Which execution providers open a session here. */
export async function deviceFindings(signal: AbortSignal | undefined): Promise<Finding[]> {
	const core = createRequire(createRequire(import.meta.url).resolve('@steering/core/errors'));
	let runtime: string;
	try {
		runtime = pathToFileURL(core.resolve('onnxruntime-node')).href;
	} catch (error) {
		return [wrong('devices', error, 'run npx -y pnpm@12 install')];
	}
	const found: Finding[] = [];
	for (const what of ['cpu', ...Object.keys(TODO)]) {
		const answer = await probeDevice(runtime, what, signal);
		if (answer === 'works') found.push({ state: 'ok', what, about: answer });
		else if (what === 'cpu') found.push({ state: 'wrong', what, about: answer });
		else found.push({ state: 'absent', what, about: 'opens no session here', todo: TODO[what]!, detail: answer });
	}
	return found;
}

/** `works`, or why not; a provider that crashes takes its own process with it. */
async function probeDevice(runtime: string, provider: string, signal: AbortSignal | undefined): Promise<string> {
	const { MODELS } = await import('@steering/core/model-defaults');
	const graph = join(MODELS.organism.source.folder, 'model.onnx');
	try {
		const flags = ['--input-type=module', '--eval', PROBE, '--', runtime, graph, provider];
		const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: PROBE_TIMEOUT_MS, signal });
		return stdout.trim().split('\n').at(-1) || 'no answer';
	} catch (error) {
		signal?.throwIfAborted();
		const { signal: killed, killed: timedOut } = error as { signal?: string; killed?: boolean };
		if (timedOut) return `no answer in ${PROBE_TIMEOUT_MS / 1000} s`;
		return killed ? `onnxruntime crashes (${killed})` : (error as Error).message.replaceAll(/\s+/g, ' ');
	}
}
