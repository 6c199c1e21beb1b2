import { BEHAVIORS, chain, defineRun, experiments, runSetup } from '@steering/gpu-graph';

// Every behavior from its A/B and its open answers, one layer against all sub-layers. Of run0715_zbeh, run0716_beh and
// run0716_logbeh.
const { name, model, layer, options } = runSetup({
	name: '0716-behaviors',
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
	({ dataset, logit, leace }) => !leace || (!logit && !(dataset === 'ab' && leace === 'leace')),
);

export default defineRun({
	name,
	jobs: chain(settings, { ...options, mults: [-2, -1, -0.5, -0.2, -0.1, 0, 0.1, 0.2, 0.5, 1, 2] }),
});
