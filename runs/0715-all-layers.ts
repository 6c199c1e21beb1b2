import { chain, defineRun, experiments, runSetup, seq } from '@steering/gpu-graph';

// The residual stream at every layer at once (no `--residual`): coarse, then fine around 0. Of run0715_lall and
// run0715_lallfine.
const { name, model, options } = runSetup({ name: '0715-all-layers', model: 'llama3', layer: 15, judgePort: 8000 });
const settings = experiments({ model: [model], dataset: ['prompts'], residual: [false], layer: ['all'] });
const mults = [...new Set([...seq(-1.2, 0.1, 1.3), ...seq(-0.2, 0.02, 0.22)].map(Number))].sort((a, b) => a - b);

export default defineRun({ name, jobs: chain(settings, { ...options, mults }) });
