import { BEHAVIORS, chain, defineRun, experiments, runSetup, usualMults } from '@steering/gpu-graph';

// The same behaviors as far as replies hold, and beyond. Of run0718_fill and run0720_fill.
const { name, model, layer, options } = runSetup({
	name: '0718-behaviors-wide',
	model: 'llama3',
	layer: 15,
	judgePort: 8000,
});
const settings = experiments(
	{
		model: [model],
		dataset: ['ab', 'openr'],
		behavior: [...BEHAVIORS, null],
		layer: ['all', layer],
		logit: [false, true],
		leace: [null, 'orth', 'leace'],
	},
	({ logit, leace }) => !(logit && leace),
);

// run0720 went to 1.5 times the usual range, in steps of the same width.
export default defineRun({
	name,
	jobs: chain(settings, { ...options, mults: (one) => usualMults(one, { scale: 1.5, steps: 15 }) }),
});
