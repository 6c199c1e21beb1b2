import { InterventionFeeds } from '../interventions/index.js';
import { captureOutput, type HookPoint } from '../onnx/index.js';
import type { DecoderSession } from './decoder-session.js';
import { runTokens } from './run-tokens.js';

/** Tokens of one run: enough to fill two cores' matrix products, little enough that attention's scores stay in the cache. */
const TOKENS_PER_RUN = 512;

export interface CaptureOptions {
	signal?: AbortSignal | undefined;
	onProgress?: ((done: number) => void) | undefined;
	/** Told the logits (vocab) that follow each prompt, too. */
	onLogits?: ((prompt: number, logits: Float32Array) => void) | undefined;
}

/**
 * Activations at the last token of each prompt, unsteered: for each hook point a row-major (prompts, width) float32 array, rows
 * in the order of `prompts`. Prompts of similar length run together, padded on the right.
 */
export async function capture(
	session: DecoderSession,
	prompts: readonly (readonly number[])[],
	points: readonly HookPoint[],
	options: CaptureOptions = {},
): Promise<Float32Array[]> {
	const { width } = session.stream;
	const results = points.map(() => new Float32Array(prompts.length * width));
	for (const rows of lengthBuckets(prompts)) {
		options.signal?.throwIfAborted();
		const outputs = await runTokens(session, {
			tokens: rows.map((row) => prompts[row]!),
			interventions: new InterventionFeeds(
				[],
				rows.map(() => []),
				width,
			),
			promptLengths: rows.map((row) => prompts[row]!.length),
			readout: 'last',
			outputs: [...points.map(captureOutput), ...(options.onLogits ? ['logits'] : [])],
		});
		for (const [r, row] of rows.entries()) {
			const { vocab } = session.stream;
			options.onLogits?.(row, (outputs.logits!.data as Float32Array).subarray(r * vocab, (r + 1) * vocab));
		}
		points.forEach((point, p) => {
			const data = outputs[captureOutput(point)]!.data as Float32Array;
			rows.forEach((row, r) => {
				results[p]!.set(data.subarray(r * width, (r + 1) * width), row * width);
			});
		});
		options.onProgress?.(rows.length);
	}
	return results;
}

/** Indices in runs of similar length, so that little is padded; a function of the prompts alone. */
export function lengthBuckets(prompts: readonly (readonly number[])[]): number[][] {
	const order = prompts.map((_, i) => i).sort((a, b) => prompts[a]!.length - prompts[b]!.length || a - b);
	const buckets: number[][] = [];
	for (const row of order) {
		const bucket = buckets.at(-1);
		if (bucket && (bucket.length + 1) * prompts[row]!.length <= TOKENS_PER_RUN) bucket.push(row);
		else buckets.push([row]);
	}
	return buckets;
}
