import { captureOutput, type HookPoint } from '../onnx/index.js';
import type { DecoderSession } from './decoder-session.js';
import { runTokens } from './run-tokens.js';
import { TOKENS_PER_RUN } from './tokens-per-run.js';

export interface CaptureOptions {
	signal?: AbortSignal | undefined;
	onProgress?: ((done: number) => void) | undefined;
	/** Told the logits (vocab) that follow each prompt, too. */
	onLogits?: ((prompt: number, logits: Float32Array) => void) | undefined;
}

/** Activations of prompts that ran together. They are the visitor's to keep. */
export interface CapturedBatch {
	/** Which prompts the rows are of, as indices: batches come in order of length. */
	prompts: readonly number[];
	/** For each hook point (rows, width) float32, row-major. */
	activations: Float32Array[];
}

/**
 * Shows activations at the last token of each prompt, unsteered, batch by batch as they arrive: memory is that of a batch. Prompts of
 * similar length run together, padded on the right. A promise that `visit` returns is waited for.
 */
export async function visitActivations(
	session: DecoderSession,
	prompts: readonly (readonly number[])[],
	points: readonly HookPoint[],
	visit: (batch: CapturedBatch) => void | Promise<void>,
	options: CaptureOptions = {},
): Promise<void> {
	const { vocab } = session.stream;
	for (const rows of lengthBuckets(prompts)) {
		options.signal?.throwIfAborted();
		const outputs = await runTokens(session, {
			tokens: rows.map((row) => prompts[row]!),
			interventions: session.feedsFor(rows.map(() => [])),
			promptLengths: rows.map((row) => prompts[row]!.length),
			readout: 'last',
			outputs: [...points.map(captureOutput), ...(options.onLogits ? ['logits'] : [])],
		});
		for (const [r, row] of rows.entries()) {
			options.onLogits?.(row, (outputs.logits!.data as Float32Array).subarray(r * vocab, (r + 1) * vocab));
		}
		const activations = points.map((point) => outputs[captureOutput(point)]!.data as Float32Array);
		await visit({ prompts: rows, activations });
		options.onProgress?.(rows.length);
	}
}

/** All of them at once: for each hook point a row-major (prompts, width) float32 array, rows in the order of `prompts`. */
export async function capture(
	session: DecoderSession,
	prompts: readonly (readonly number[])[],
	points: readonly HookPoint[],
	options: CaptureOptions = {},
): Promise<Float32Array[]> {
	const { width } = session.stream;
	const results = points.map(() => new Float32Array(prompts.length * width));
	const gather = ({ prompts: rows, activations }: CapturedBatch) => {
		for (const [p, data] of activations.entries()) {
			for (const [r, row] of rows.entries()) results[p]!.set(data.subarray(r * width, (r + 1) * width), row * width);
		}
	};
	await visitActivations(session, prompts, points, gather, options);
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
