import { join } from 'node:path';
import { type Example, loadPromptPairs, promptPairsPath } from '@steering/core/datasets';
import type { Intervention } from '@steering/core/interventions';
import { fitScrub, layerListLength, type ScrubRequest } from '@steering/core/model';
import { identityOf } from '../identity.js';
import type { MethodInput, SteeringMethod } from './method.js';

/**
 * Scrubs every sub-layer and adds its vector; both depend on the multiplier, and are fitted for each (SPEC 1.9). The fit is in
 * exact arithmetic, as all that is measured.
 */
export async function scrub(input: MethodInput, method: 'leace' | 'orth'): Promise<SteeringMethod> {
	const { settings, model, dataRoot, onFit } = input;
	const pairs = await loadPromptPairs(settings, dataRoot);
	const idsOf = (examples: readonly Example[]) => examples.map(({ messages }) => model.tokenizer.encodeChat(messages));
	const [positives, negatives] = [idsOf(pairs.positives), idsOf(pairs.negatives)];
	const name = promptPairsPath(settings, dataRoot);
	const fits = new Map<number, Intervention[]>();
	const fit = async (mult: number, onProgress?: ScrubRequest['onProgress']) => {
		const examples = { positives, negatives, name };
		const steps = fits.get(mult) ?? (await fitScrub({ ...requestOf(input), ...examples, mult, method, onProgress }));
		fits.set(mult, steps);
		return steps;
	};
	return {
		identity: identityOf(JSON.stringify([method, positives, negatives])),
		prepare: async (mults) => {
			const total = mults.length * layerListLength(true, model.info.layers);
			let done = 0;
			onFit?.(done, total);
			const onProgress = (sublayers: number) => {
				done += sublayers;
				onFit?.(done, total);
			};
			for (const mult of mults) await fit(mult, onProgress);
		},
		mapsAt: (mult) => mult,
		interventionsAt: async (mult) => (await fit(mult)).map((step) => ({ ...step, toks: settings.toks })),
	};
}

/** What is the same for all multipliers. Activations past the memory's limit lie beside the artifacts, on the disk that is for such. */
function requestOf({ model, root, threads, signal }: MethodInput) {
	return {
		path: model.files.onnxPath,
		layers: model.info.layers,
		session: { precision: 'exact' as const, threads, work: model.work },
		spill: { folder: join(root, 'artifacts') },
		signal,
	};
}
