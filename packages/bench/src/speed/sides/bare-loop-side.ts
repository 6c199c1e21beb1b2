// bare-loop-side.js MODEL.onnx THREADS: what anyone writes first over onnxruntime-node. No steering; the cache goes in and out whole.

import { InferenceSession } from '@steering/core/onnxruntime';
import { Tensor } from 'onnxruntime-node';
import type { DecodeRequest, SideAnswer } from '../requests.js';
import { Clock, serve } from '../serve.js';

const [path = '', threads = ''] = process.argv.slice(2);
const session = await InferenceSession.create(path, { intraOpNumThreads: Number(threads), logSeverityLevel: 3 });
const pasts = session.inputNames.filter((name) => name.startsWith('past_key_values.'));
const presents = pasts.map((name) => name.replace('past_key_values', 'present'));
const cacheShape = session.inputMetadata.find(({ name }) => name === pasts[0]);

async function decode({ prompts, repeats, newTokens, temperature, vector }: DecodeRequest): Promise<SideAnswer> {
	if (vector || prompts.length !== 1) throw new TypeError('the bare loop decodes one prompt, unsteered');
	const rows = Array.from({ length: repeats }, () => [...prompts[0]!]);
	const whole = new Clock();
	let rest = new Clock();
	let cache = emptyCache(repeats);
	let tokens = rows.map((row) => [...row]);
	const ids: number[][] = rows.map(() => []);
	for (let step = 0; step < newTokens; step++) {
		const { logits, ...made } = await session.run({ ...cache, ...inputs(tokens, rows[0]!.length + step) });
		cache = Object.fromEntries(pasts.map((past, i) => [past, made[presents[i]!]!]));
		tokens = ids.map((reply, row) => {
			reply.push(choose(lastLogits(logits!, row), temperature));
			return [reply.at(-1)!];
		});
		if (step === 0) rest = new Clock();
	}
	return { whole: whole.read(), decode: rest.read(), ids };
}

function inputs(tokens: readonly (readonly number[])[], total: number): Record<string, Tensor> {
	const [rows, width] = [tokens.length, tokens[0]!.length];
	const int64 = (length: number, at: (i: number) => number, dims: number[]) =>
		new Tensor(
			'int64',
			BigInt64Array.from({ length }, (_, i) => BigInt(at(i))),
			dims,
		);
	const position = (i: number) => total - width + (i % width);
	return {
		input_ids: int64(rows * width, (i) => tokens[Math.floor(i / width)]![i % width]!, [rows, width]),
		attention_mask: int64(rows * total, () => 1, [rows, total]),
		...(session.inputNames.includes('position_ids')
			? { position_ids: int64(rows * width, position, [rows, width]) }
			: {}),
	};
}

function emptyCache(rows: number): Record<string, Tensor> {
	if (!cacheShape?.isTensor) throw new TypeError(`${path} has no key-value cache`);
	const [, heads, , headDim] = cacheShape.shape as [unknown, number, unknown, number];
	return Object.fromEntries(pasts.map((name) => [name, new Tensor('float32', [], [rows, heads, 0, headDim])]));
}

function lastLogits({ data, dims }: Tensor, row: number): Float32Array {
	const [, positions, vocab] = dims as [number, number, number];
	const end = (row + 1) * positions * vocab;
	return (data as Float32Array).subarray(end - vocab, end);
}

/** Greedy, or drawn from the 50 likeliest. */
function choose(logits: Float32Array, temperature: number): number {
	const kept: number[] = [];
	const most = temperature === 0 ? 1 : 50;
	for (let id = 0; id < logits.length; id++) {
		if (kept.length === most && logits[id]! <= logits[kept[most - 1]!]!) continue;
		let at = Math.min(kept.length, most - 1);
		while (at > 0 && logits[kept[at - 1]!]! < logits[id]!) {
			kept[at] = kept[at - 1]!;
			at--;
		}
		kept[at] = id;
	}
	if (temperature === 0) return kept[0]!;
	const weights = kept.map((id) => Math.exp((logits[id]! - logits[kept[0]!]!) / temperature));
	let left = Math.random() * weights.reduce((sum, weight) => sum + weight, 0);
	for (const [i, weight] of weights.entries()) {
		left -= weight;
		if (left < 0) return kept[i]!;
	}
	return kept.at(-1)!;
}

await serve((request) => {
	if (request.op !== 'decode') throw new TypeError('the bare loop only decodes');
	return decode(request);
});
await session.release();
