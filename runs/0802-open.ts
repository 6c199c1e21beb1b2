import { BEHAVIORS, chain, defineRun, experiments, runSetup, usualMults } from '@steering/gpu-graph';

// The open answers of every behavior under each affine eraser. Of run0731_open and run0802_openfill.
const { name, model, layer, options } = runSetup({ name: '0802-open', model: 'llama3', layer: 15, judgePort: 8000 });
const settings = experiments({
	model: [model],
	dataset: ['open'],
	behavior: [...BEHAVIORS, null],
	layer: ['all', layer],
	leace: [null, 'orth', 'leace'],
});

export default defineRun({ name, jobs: chain(settings, { ...options, mults: usualMults }) });
