import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { SteeringError } from '../errors/index.js';
import { ORGANISM } from './registry.js';
import { TELEMETRY_OFF } from './telemetry-off.js';

/** Where a model runs. `auto`: the first of cuda, webgpu and cpu that is there. */
export const DEVICES = ['cpu', 'webgpu', 'cuda', 'auto'] as const;
export type AskedDevice = (typeof DEVICES)[number];
export type Device = Exclude<AskedDevice, 'auto'>;

/** What brings a device that is not there. */
const NEEDS: Readonly<Record<Exclude<Device, 'cpu'>, string>> = {
	webgpu: 'a Vulkan, Metal or Direct3D 12 driver with an adapter is needed; --device cpu works without',
	cuda: "onnxruntime-node's CUDA build is needed: let its install script run (pnpm approve-builds); --device cpu works without",
};

/** Time for a driver to answer; the first use of one may compile shaders. */
const PROBE_MS = 60_000;

/**
 * The device to run on. In a process of its own, a driver that crashes or writes to the terminal does no harm.
 * @throws SteeringError ERR_MISSING_INPUT for a device that is named and not there
 */
export async function findDevice(asked: AskedDevice): Promise<Device> {
	if (asked === 'cpu') return 'cpu';
	if (asked === 'auto') {
		for (const device of ['cuda', 'webgpu'] as const) if ((await problemOf(device)) === undefined) return device;
		return 'cpu';
	}
	const problem = await problemOf(asked);
	if (problem === undefined) return asked;
	throw new SteeringError('ERR_MISSING_INPUT', `there is no device ${asked} here: ${problem}`, { hint: NEEDS[asked] });
}

/**
 * Why a device cannot be used, in one line; undefined: the embedded model opens on it. Throws where onnxruntime-node is not
 * installed, and the signal's reason.
 */
export async function problemOf(
	device: Device,
	{ timeoutMs = PROBE_MS, signal }: { timeoutMs?: number; signal?: AbortSignal | undefined } = {},
): Promise<string | undefined> {
	const runtime = createRequire(import.meta.url).resolve('onnxruntime-node');
	const words = [pathToFileURL(runtime).href, device, join(ORGANISM, 'model.onnx')];
	const flags = ['--input-type=module', '-e', PROBE, ...words];
	try {
		await promisify(execFile)(process.execPath, flags, {
			timeout: timeoutMs,
			signal,
			env: { ...process.env, ...TELEMETRY_OFF },
		});
		return undefined;
	} catch (error) {
		signal?.throwIfAborted();
		const { stdout = '', signal: end, killed } = error as { stdout?: string; signal?: string | null; killed?: boolean };
		if (killed) return `no answer in ${timeoutMs / 1000} s`;
		const said = stdout
			.trim()
			.split('\n')
			.at(-1)!
			.replace(/^.*was false\. /, '');
		return said || `its driver ended with ${end ?? 'an error'}`;
	}
}

const PROBE = `
const { default: ort } = await import(process.argv[1]);
try {
	const [, , device, model] = process.argv;
	const session = await ort.InferenceSession.create(model, { executionProviders: [device], logSeverityLevel: 4 });
	await session.release();
} catch (error) {
	console.log(error.message.split('\\n')[0]);
	process.exit(1);
}`;
