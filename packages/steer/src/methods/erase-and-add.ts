import { fitBinaryLeace, type LeaceEraser } from '@steering/core/erasure';
import type { LowRankMap } from '@steering/core/interventions';
import { identityOf } from '../identity.js';
import { checkMultipliers, scaled } from './add-vector.js';
import { fitTo, type LayerVector, loadEraser, loadVectors, withActivations } from './artifacts.js';
import type { MethodInput, SteeringMethod } from './method.js';

/**
 * Erases the concept, then adds mult * vector; with multiplier 0 it is erased all the same (SPEC 1.4, 1.7). Erasers are fitted in
 * float64 on the saved activations; with `logit` they are the LEACE erasers saved with the log-odds vectors, whatever the method.
 */
export async function eraseAndAdd(input: MethodInput, method: 'leace' | 'orth'): Promise<SteeringMethod> {
	const { toks, logit } = input.settings;
	const steps: { layer: LayerVector; map: LowRankMap }[] = [];
	for (const layer of await loadVectors(input)) {
		const eraser = logit ? await loadEraser(input, layer) : await fitEraser(input, layer, method);
		steps.push({ layer, map: eraser.toLowRankMap() });
	}
	return {
		identity: identityOf(...steps.flatMap(({ layer, map }) => [layer.vector, map.center, map.left, map.right])),
		prepare: async (mults) =>
			checkMultipliers(
				steps.map(({ layer }) => layer),
				mults,
			),
		interventionsAt: async (mult) =>
			steps.map(({ layer, map }) => ({ point: layer.point, vector: scaled(layer, mult), map, toks })),
	};
}

async function fitEraser(input: MethodInput, layer: LayerVector, method: 'leace' | 'orth'): Promise<LeaceEraser> {
	const { eraser } = await withActivations(input, layer, ({ positives, negatives }) =>
		fitTo(input, () => fitBinaryLeace(positives, negatives, { method })),
	);
	return eraser;
}
