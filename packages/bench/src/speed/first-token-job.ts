import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolkitVersion } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import type { HookedModel } from '@steering/core/model';
import { parseSettings, vecPath } from '@steering/core/settings';
import { type Provenance, UNKNOWN, writeVector } from '@steering/core/vectors';
import { execa } from 'execa';
import { pythonOf, pythonScript } from '../installed-sides.js';
import type { BenchContext, BenchJob } from '../job.js';
import { ORGANISM_DATA } from '../places.js';
import { checkpointOf } from '../python-side.js';
import type { BenchRow } from '../ratios.js';
import { compete, type Round } from './rounds.js';
import { withModel } from './with-sides.js';
import { randomVector } from './workload.js';

const RUN = fileURLToPath(new URL('../../../../scripts/run.js', import.meta.url));

/** From the shell's prompt to the first steered token: processes of their own, the vector lying ready. */
export const FIRST_TOKEN_JOB: BenchJob = { name: 'first-token', needs: 'python', run: measure };

function measure(context: BenchContext): Promise<BenchRow> {
	return withModel(context, async (model) => {
		const layer = Math.floor(model.info.layers / 2);
		const checkpoint = await checkpointOf(model.files.folder, context.folder, context.signal);
		const vector = await writeRandomVector(model, layer, context);
		const python = [checkpoint, String(context.threads), vector, String(layer)];
		// Not counted: it warms the disk's cache, and tells the prompt.
		const { prompt } = await steerOnce(context, layer);
		const ids = model.tokenizer.encodeChat([{ role: 'user', content: prompt }]);
		return compete(
			{
				...{ name: 'first-token', job: 'from the command to the first steered token', target: 6, unit: 's' },
				against: 'the Python reference',
				ours: async () => (await steerOnce(context, layer)).round,
				theirs: () => pythonOnce([...python, ...ids.map(String)], context),
			},
			context,
		);
	});
}

/** The file that `generate-vectors` would have made, with other numbers. */
async function writeRandomVector(
	{ info }: HookedModel,
	layer: number,
	{ model, folder }: BenchContext,
): Promise<string> {
	const settings = parseSettings({ model, dataset: 'ab', behavior: 'sycophancy', layer });
	const path = join(folder, vecPath(settings));
	const { name, fingerprint, precision, width } = info;
	const provenance: Provenance = {
		...{ model: name, fingerprint, precision, hookPoint: `${layer}.resid_post`, layer },
		...{ dataset: 'ab', behavior: 'sycophancy', examples: UNKNOWN, positives: 0, negatives: 0, readout: 'last' },
		version: toolkitVersion(),
	};
	await writeVector(path, { vector: Float32Array.from(randomVector(width)), provenance });
	return path;
}

async function steerOnce({ model, folder, threads, signal }: BenchContext, layer: number) {
	const flags = [
		...['steer', '--model', model, '--dataset', 'ab', '--behavior', 'sycophancy', '--layer', String(layer)],
		...['--mults', '1', '--prompts', '1', '--repeats', '1', '--max-new-tokens', '1', '--data', ORGANISM_DATA],
		...['--threads', String(threads), '--overwrite', '--json'],
	];
	const { round, stdout } = await timed(process.execPath, [RUN, ...flags], folder, signal);
	const [file] = JSON.parse(stdout) as { path: string }[];
	const [reply] = JSON.parse(readFileSync(join(folder, file!.path), 'utf8')) as {
		prompt: string;
		responses: string[];
	}[];
	if (reply?.responses.length === 1) return { round, prompt: reply.prompt };
	throw new SteeringError('ERR_FAILED', `steer wrote no reply into ${file!.path}`);
}

async function pythonOnce(args: readonly string[], { folder, signal }: BenchContext): Promise<Round> {
	const { round, stdout } = await timed(pythonOf('python'), [pythonScript('first_token.py'), ...args], folder, signal);
	if (/^\d+$/.test(stdout.trim())) return round;
	throw new SteeringError('ERR_FAILED', 'first_token.py gave no token');
}

async function timed(file: string, args: readonly string[], cwd: string, signal: AbortSignal | undefined) {
	const start = performance.now();
	const { stdout } = await execa(file, args, { cwd, ...(signal ? { cancelSignal: signal } : {}) });
	return { stdout, round: { value: (performance.now() - start) / 1000, cpu: null } };
}
