import { BEHAVIORS, chain, defineRun, experiments, runSetup, usualMults } from '@steering/gpu-graph';

// Concept scrubbing layer by layer with `--leace leace`; no vectors are generated, each multiplier fits its own.
// Of run0719_scrub.
const { name, model, options } = runSetup({ name: '0719-scrub', model: 'llama3', layer: 15, judgePort: 8000 });
const settings = experiments({
	model: [model],
	dataset: ['ab', 'openr', 'opencon', 'caa', 'abcon', 'prompts'],
	behavior: [...BEHAVIORS, null],
	layer: ['all'],
	scrub: [true],
	leace: ['leace'],
});

export default defineRun({ name, jobs: chain(settings, { ...options, mults: usualMults }) });
