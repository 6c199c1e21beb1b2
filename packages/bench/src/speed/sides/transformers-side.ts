// transformers-side.js FOLDER THREADS: unsteered decoding by transformers.js. FOLDER/onnx/model_q4.onnx is the graph.
import { basename, dirname } from 'node:path';
import { AutoModelForCausalLM, BaseStreamer, env, Tensor } from '@huggingface/transformers';
import type { DecodeRequest, SideAnswer } from '../requests.js';
import { Clock, serve } from '../serve.js';

const [folder = '', threads = ''] = process.argv.slice(2);
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);
const model = await AutoModelForCausalLM.from_pretrained(basename(folder), {
	dtype: 'q4',
	device: 'cpu',
	session_options: { intraOpNumThreads: Number(threads) },
});

/** Its first call brings the prompt, the second the first token. */
class FirstToken extends BaseStreamer {
	#calls = 0;
	rest = new Clock();
	override put(): void {
		if (++this.#calls === 2) this.rest = new Clock();
	}
	override end(): void {}
}

async function decode({ prompts, newTokens, vector, temperature }: DecodeRequest): Promise<SideAnswer> {
	if (vector || prompts.length !== 1 || temperature !== 0) throw new TypeError('unsteered greedy replies only');
	const prompt = prompts[0]!;
	const int64 = (values: readonly number[]) =>
		new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
	const streamer = new FirstToken();
	const whole = new Clock();
	const made = (await model.generate({
		...{ inputs: int64(prompt), attention_mask: int64(prompt.map(() => 1)) },
		...{ max_new_tokens: newTokens, min_new_tokens: newTokens, do_sample: false, streamer },
	} as unknown as Parameters<typeof model.generate>[0])) as Tensor;
	const answer = { whole: whole.read(), decode: streamer.rest.read() };
	return { ...answer, ids: made.tolist().map((row: bigint[]) => row.slice(prompt.length).map(Number)) };
}

await serve((request) => {
	if (request.op !== 'decode') throw new TypeError('it only decodes');
	return decode(request);
});
await model.dispose();
