import { chain, defineRun, experiments, runSetup, seq } from '@steering/gpu-graph';

// Steering the prompt alone against the reply alone. Of run0713_toks, whose KV cache had the two swapped.
const { name, model, layer, options } = runSetup({ name: '0713-toks', model: 'llama3', layer: 15, judgePort: 8000 });
const settings = experiments({
	model: [model],
	dataset: ['opencon', 'prompts', 'ab'],
	layer: [layer, 'all'],
	toks: ['before', 'after'],
});

/** A/B vectors reach twice as far, all sub-layers together half as far. */
const reach = { one: seq(-2, 0.2, 2), all: seq(-1, 0.1, 1), oneAb: seq(-4, 0.4, 4), allAb: seq(-2, 0.2, 2) };

export default defineRun({
	name,
	jobs: chain(settings, {
		...options,
		mults({ dataset, layer: where }) {
			if (dataset === 'ab') return where === 'all' ? reach.allAb : reach.oneAb;
			return where === 'all' ? reach.all : reach.one;
		},
	}),
});
