import { chain, defineRun, experiments, runSetup, seq } from '@steering/gpu-graph';

// Multipliers up to 4 for data sets whose replies hold that long. Of run0711_abwide, run0712_dswide and run0712pm.
const { name, model, layer, options } = runSetup({ name: '0712-wide', model: 'llama3', layer: 15, judgePort: 8000 });
const far = [-4, -3.5, -3, -2.5, 2.5, 3, 3.5, 4];
const direct = experiments({ model: [model], dataset: ['ab', 'openr'], layer: [layer], leace: [null, 'orth'] });
const abcon = experiments({
	model: [model],
	dataset: ['abcon'],
	layer: [layer, 'all'],
	leace: [null, 'leace', 'orth'],
});

export default defineRun({
	name,
	jobs: chain([...direct, ...abcon], {
		...options,
		mults({ dataset, layer: where, leace }) {
			if (dataset === 'abcon') return where === 'all' ? seq(-2, 0.1, 2) : seq(-4, 0.2, 4);
			return leace === 'orth' ? [-4, -3, 3, 4] : far;
		},
	}),
});
