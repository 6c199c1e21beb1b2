import { readFileSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { versions } from '@steering/core/artifacts';
import { type Finding, formatBytes, wrong } from './finding.js';

/** `engines` of the repository's package.json, seen from here: three up from `doctor/src` and `doctor/dist` alike. */
const ROOT_PACKAGE = new URL('../../../package.json', import.meta.url);
const SECRETS = new Set(['HF_TOKEN', 'STEERING_API_KEY']);
const OURS = /^(STEERING_|HF_|XDG_CACHE_HOME$|CUDA_VISIBLE_DEVICES$)/;

/** Node, onnxruntime's version, the machine, and the variables that change what commands do. */
export async function runtimeFindings(env: NodeJS.ProcessEnv): Promise<Finding[]> {
	const threads = env.STEERING_THREADS ? `, STEERING_THREADS=${env.STEERING_THREADS}` : '';
	const memory = `${formatBytes(totalmem())} memory, ${formatBytes(freemem())} free`;
	const set = Object.keys(env).filter((name) => OURS.test(name) && env[name]);
	const shown = set.sort().map((name) => (SECRETS.has(name) ? `${name} (set)` : `${name}=${env[name]}`));
	return [
		nodeFinding(),
		onnxruntimeFinding(),
		{ state: 'ok', what: 'machine', about: `${availableParallelism()} cores${threads}, ${memory}` },
		...(shown.length > 0 ? [{ state: 'ok', what: 'environment', about: shown.join(' ') } as const] : []),
	];
}

function nodeFinding(): Finding {
	const { engines } = JSON.parse(readFileSync(ROOT_PACKAGE, 'utf8'));
	const wanted: string = engines.node.replace('>=', '');
	const about = `${process.versions.node} (${wanted} or later)`;
	if (isAtLeast(process.versions.node, wanted)) return { state: 'ok', what: 'node', about };
	return { state: 'wrong', what: 'node', about, todo: `install Node ${wanted} or later` };
}

function onnxruntimeFinding(): Finding {
	try {
		return { state: 'ok', what: 'onnxruntime', about: `onnxruntime-node ${versions()['onnxruntime-node']}` };
	} catch (error) {
		return wrong('onnxruntime', error, 'run npx -y pnpm@12 install');
	}
}

/** Whether a dotted version is at least another. */
export function isAtLeast(version: string, wanted: string): boolean {
	const [have, want] = [version, wanted].map((text) => text.split('.').map(Number));
	const at = want!.findIndex((number, i) => (have![i] ?? 0) !== number);
	return at === -1 || (have![at] ?? 0) > want![at]!;
}
