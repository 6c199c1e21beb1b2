import { chain, defineRun, experiments, runSetup, seq } from '@steering/gpu-graph';

// The same at all sub-layers together; `prompts` further and finer. Of run0710pm and run0711pm.
const { name, model, options } = runSetup({
	name: '0710-residual',
	model: 'llama3',
	layer: 15,
	judgePort: 8000,
});
const settings = experiments({
	model: [model],
	dataset: ['prompts', 'caa', 'ab'],
	layer: ['all'],
	leace: [null, 'leace', 'orth'],
});

export default defineRun({
	name,
	jobs: chain(settings, {
		...options,
		mults: ({ dataset }) => (dataset === 'prompts' ? seq(-3, 0.125, 3) : seq(-2, 0.25, 2)),
	}),
});
