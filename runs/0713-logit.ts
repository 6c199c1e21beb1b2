import { chain, defineRun, experiments, runSetup, seq } from '@steering/gpu-graph';

// Vectors from the log-odds of A/B answers, at one layer and at all sub-layers. Of run0713.
const { name, model, layer, options } = runSetup({ name: '0713-logit', model: 'llama3', layer: 15, judgePort: 8000 });
const settings = experiments({
	model: [model],
	dataset: ['abcon'],
	logit: [true],
	layer: [layer, 'all'],
	leace: [null, 'leace', 'orth'],
});

export default defineRun({
	name,
	jobs: chain(settings, {
		...options,
		mults: ({ layer: where }) => (where === 'all' ? seq(-2, 0.1, 2) : seq(-4, 0.2, 4)),
	}),
});
