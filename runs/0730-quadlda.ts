import { BEHAVIORS, chain, defineRun, experiments, runSetup } from '@steering/gpu-graph';

// The quadratic editors on every data set and behavior: only the sign of the multiplier counts. Of run0730_quadlda.
const { name, model, layer, options } = runSetup({ name: '0730-quadlda', model: 'llama3', layer: 15, judgePort: 8000 });
const settings = experiments({
	model: [model],
	dataset: ['open', 'ab', 'opencon', 'abcon', 'caa', 'prompts'],
	behavior: [...BEHAVIORS, null],
	layer: [layer],
	leace: ['quadlda', 'quad'],
});

export default defineRun({ name, jobs: chain(settings, { ...options, mults: [-1, 0, 1] }) });
