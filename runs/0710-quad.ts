import { chain, defineRun, experiments, runSetup } from '@steering/gpu-graph';

// Quadratic transport at one layer: only the sign of the multiplier counts. Of run0710_quad and run0710pm.
const { name, model, layer, options } = runSetup({ name: '0710-quad', model: 'llama3', layer: 15, judgePort: 8000 });
const settings = experiments({ model: [model], dataset: ['ab', 'caa', 'prompts'], layer: [layer], leace: ['quad'] });

export default defineRun({ name, jobs: chain(settings, { ...options, mults: [-1, 1] }) });
