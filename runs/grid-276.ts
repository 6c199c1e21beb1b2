import { BEHAVIORS, chain, defineRun, experiments, runSetup, usualMults } from '@steering/gpu-graph';

// The reference's experiment.py, settings 0 to 275. Of each model 138: 2 places (all sub-layers, one layer) of 69 settings, which
// are 3 erasers (none, orth, leace) on 20 sources (ab and openr for 7 behaviors and none, four other data sets), and the
// log-odds vectors of the 9 sources with A/B answers, without eraser.
const models = [
	{ name: 'grid-276', model: 'llama2', layer: 13, judgePort: 8000 },
	{ name: 'grid-276', model: 'llama3', layer: 15, judgePort: 8000 },
].map((given) => runSetup(given));
// STEERING_RUN_MODEL makes one of the two.
const different = [...new Map(models.map((setup) => [setup.model, setup])).values()];

const settings = different.flatMap(({ model, layer }) =>
	experiments(
		{
			model: [model],
			dataset: ['ab', 'openr', 'opencon', 'caa', 'abcon', 'prompts'],
			behavior: [...BEHAVIORS, null],
			layer: ['all', layer],
			logit: [false, true],
			leace: [null, 'orth', 'leace'],
		},
		({ logit, leace }) => !(logit && leace),
	),
);

// 1.5 times the usual range. The reference meant to go 2.5 times as far at one layer, too, but its test for that never holds.
export default defineRun({
	name: different[0]!.name,
	jobs: chain(settings, {
		...different[0]!.options,
		mults: (one) => usualMults({ ...one, layer: 'all' }, { scale: 1.5, steps: 15 }),
	}),
});
