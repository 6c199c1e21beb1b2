import { chain, defineRun, experiments, runSetup, seq } from '@steering/gpu-graph';

// The first sweeps: each data set's vector at one layer, plain and with the affine erasers.
// Of the reference's run0709, run0710_abeval and run0711pm.
const { name, model, layer, options } = runSetup({ name: '0709-sweeps', model: 'llama3', layer: 15, judgePort: 8000 });
const settings = experiments({
	model: [model],
	dataset: ['prompts', 'caa', 'ab', 'abcon', 'opencon', 'openr'],
	layer: [layer],
	leace: [null, 'leace', 'orth'],
});

// In steps of 0.25; A/B vectors also between them.
export default defineRun({
	name,
	jobs: chain(settings, { ...options, mults: ({ dataset }) => seq(-2, dataset === 'ab' ? 0.125 : 0.25, 2) }),
});
