import { modelLabel, type NamedSettings, pythonFloat } from '@steering/core/settings';
import { BEHAVIOR_WORDS } from './settings-words.js';

const DATASETS: Record<NamedSettings['dataset'], string> = {
	prompts: 'prompts',
	caa: 'answers (caa)',
	opencon: 'openings (opencon)',
	abcon: 'A/B choices (abcon)',
	ab: 'A/B answers (ab)',
	openr: 'open answers, cut (openr)',
	open: 'open answers (open)',
};

const ERASERS: Record<NonNullable<NamedSettings['leace']>, string> = {
	leace: 'LEACE',
	orth: 'orthogonal eraser',
	quad: 'quadratic transport',
	quadlda: 'quadratic by class',
};

const TOKENS = { before: 'prompt tokens', after: 'from the last prompt token' } as const;

/** Short words for each value of a settings: different values have different words. */
const WORDS: { [Key in keyof NamedSettings]: (settings: NamedSettings) => string } = {
	model: ({ model }) => modelLabel(model),
	dataset: ({ dataset }) => DATASETS[dataset],
	// Refusal of requests is no behavior; refusal of the CAA data sets is one.
	behavior: ({ behavior }) => {
		if (behavior === null) return 'refusal of requests';
		return behavior === 'refusal' ? 'refusal, judged' : (BEHAVIOR_WORDS[behavior] ?? behavior);
	},
	residual: ({ residual }) => (residual ? 'attention and MLP outputs' : 'layer outputs'),
	logit: ({ logit }) => (logit ? 'log-odds vector' : 'mean difference'),
	layer: ({ layer, residual }) => layerWords(layer, residual),
	scrub: ({ scrub }) => (scrub ? 'scrubbing' : 'no scrubbing'),
	temp: ({ temp }) => `temperature ${pythonFloat(temp)}`,
	leace: ({ leace }) => (leace ? ERASERS[leace] : 'no eraser'),
	toks: ({ toks }) => (toks ? TOKENS[toks] : 'all tokens'),
};

export const valueWords = (key: keyof NamedSettings, settings: NamedSettings): string => WORDS[key](settings);

/** In the residual list, 2l is layer l's attention and 2l+1 its MLP (SPEC 1.2). */
function layerWords(layer: NamedSettings['layer'], residual: boolean): string {
	if (layer === null) return 'layer not named';
	if (layer === 'all') return residual ? 'every sub-layer' : 'every layer';
	return residual ? `layer ${Math.floor(layer / 2)} ${layer % 2 === 0 ? 'attention' : 'MLP'}` : `layer ${layer}`;
}
