import { BEHAVIORS, chain, defineRun, experiments, runSetup, usualMults } from '@steering/gpu-graph';

// Every data set and behavior on Llama 2: all sub-layers with each affine eraser and from log-odds, one layer plain.
// Of run0729_llama2.
const { name, model, layer, options } = runSetup({ name: '0729-llama2', model: 'llama2', layer: 15, judgePort: 8000 });
const settings = experiments(
	{
		model: [model],
		dataset: ['ab', 'openr', 'opencon', 'caa', 'abcon', 'prompts'],
		behavior: [...BEHAVIORS, null],
		layer: ['all', layer],
		logit: [false, true],
		leace: [null, 'orth', 'leace'],
	},
	(one) => (one.layer === 'all' ? !(one.logit && one.leace) : !one.logit && !one.leace),
);

export default defineRun({
	name,
	jobs: chain(settings, { ...options, mults: (one) => usualMults(one, { steps: 5 }) }),
});
