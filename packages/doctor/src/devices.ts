import { type Finding, wrong } from './finding.js';

/** Drivers may hang where there is no device. */
const PROBE_TIMEOUT_MS = 20_000;

/** What brings a device that is absent; the processor is never. */
const NEEDS = {
	cpu: undefined,
	cuda: 'needs an NVIDIA GPU, onnxruntime-node for CUDA',
	webgpu: 'needs a GPU with Vulkan, Metal or D3D12',
} as const;

/** Which execution providers open a session here. */
export async function deviceFindings(signal: AbortSignal | undefined): Promise<Finding[]> {
	const { problemOf } = await import('@steering/core/device');
	const found: Finding[] = [];
	for (const what of ['cpu', 'cuda', 'webgpu'] as const) {
		let problem: string | undefined;
		try {
			problem = await problemOf(what, { timeoutMs: PROBE_TIMEOUT_MS, signal });
		} catch (error) {
			signal?.throwIfAborted();
			return [wrong('devices', error, 'run npx -y pnpm@12 install')];
		}
		const todo = NEEDS[what];
		if (problem === undefined) found.push({ state: 'ok', what, about: 'works' });
		else if (todo === undefined) found.push({ state: 'wrong', what, about: problem });
		else found.push({ state: 'absent', what, about: 'opens no session here', todo, detail: problem });
	}
	return found;
}
