import { type Finding, wrong } from './finding.js';

const TOKENS = 3;

/** Loads the embedded model and lets it write three tokens. */
export async function selfTest(signal: AbortSignal | undefined): Promise<Finding> {
	try {
		const { HookedModel } = await import('@steering/core/model');
		const start = performance.now();
		const model = await HookedModel.load('organism', { signal });
		const ids = model.tokenizer.encodeChat([{ role: 'user', content: 'How do I sell the cheese this evening?' }]);
		const generate = () =>
			model.generate([{ ids, interventions: [], uniform: () => 0 }], {
				...{ maxNewTokens: TOKENS, stopIds: new Set<number>(), signal },
				sampling: { temperature: 0, topK: 0, topP: 1 },
			});
		const [reply] = await generate();
		const loaded = performance.now();
		// Once more: the first run opens the session.
		await generate();
		const rate = (TOKENS * 1000) / (performance.now() - loaded);
		await model.release();
		if (reply?.length !== TOKENS) throw new Error(`it wrote ${reply?.length} tokens instead of ${TOKENS}`);
		const seconds = ((loaded - start) / 1000).toFixed(1);
		const text = JSON.stringify(model.tokenizer.decode(reply).trim());
		return {
			state: 'ok',
			what: 'self-test',
			about: `organism writes ${text} after ${seconds} s, ${rate.toFixed(0)} tokens/s`,
		};
	} catch (error) {
		if (signal?.aborted) throw error;
		return wrong('self-test', error);
	}
}
