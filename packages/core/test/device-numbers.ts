// `device-numbers.ts MODEL DEVICE`: prints what a model computes there, as JSON. A process of its own: a driver is chosen by the
// environment, before it is loaded.
import { HookedModel } from '../src/model/index.js';

const [, , source = '', device = 'cpu'] = process.argv;
const model = await HookedModel.load(source, { device: device as 'cpu' | 'webgpu' });
const ids = [5, 9, 14, 3, 27];
const vector = Float32Array.from({ length: model.info.width }, (_, i) => 0.1 * Math.sin(i));
const row = {
	ids,
	interventions: [{ point: { layer: 1, site: 'resid_post' as const }, vector, toks: 'after' as const }],
};
const [logits] = await model.forward([row], 'all');
const [activations] = await model.capture([ids], [{ layer: 2, site: 'resid_post' }]);
const replies = await model.generate(
	[0, 1].map(() => ({ ...row, uniform: () => 0 })),
	{ maxNewTokens: 3, stopIds: new Set(), sampling: { temperature: 0, topK: 0, topP: 1 } },
);
await model.release();
console.log(
	JSON.stringify({ device: model.info.device, logits: [...logits!], activations: [...activations!], replies }),
);
