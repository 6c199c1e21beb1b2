import { BEHAVIORS, chain, defineRun, experiments, runSetup, usualMults } from '@steering/gpu-graph';

// Every data set and behavior on Llama 3.1: all sub-layers with each affine eraser and from log-odds, one layer plain.
// Of run0724_llama31 to run0726_llama31.
const { name, model, layer, options } = runSetup({
	name: '0724-llama31',
	model: 'llama31',
	layer: 15,
	judgePort: 8000,
});
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

export default defineRun({ name, jobs: chain(settings, { ...options, mults: usualMults }) });
