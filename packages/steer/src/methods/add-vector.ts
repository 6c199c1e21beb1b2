import { SteeringError } from '@steering/core/errors';
import { hasNorm, type Intervention } from '@steering/core/interventions';
import type { ListedLayer } from '@steering/core/model';
import { type HookPoint, hookName } from '@steering/core/onnx';
import { identityOf } from '../identity.js';
import { type LayerVector, loadVectors } from './artifacts.js';
import type { MethodInput, SteeringMethod } from './method.js';

/**
 * h + mult * vector (SPEC 1.7). `bias`: at the MLP's output, where down_proj's bias would act; `trivial`: the graph is
 * instrumented, and nothing is added.
 */
export async function addVector(input: MethodInput, { bias = false, trivial = false } = {}): Promise<SteeringMethod> {
	const vectors = await loadVectors(input);
	const { toks } = input.settings;
	return {
		identity: identityOf(...vectors.map(({ vector }) => vector)),
		prepare: async (mults) => checkMultipliers(vectors, trivial ? [] : mults),
		interventionsAt: async (mult) =>
			vectors.map(
				(layer): Intervention => ({
					point: bias ? biasPoint(layer) : layer.point,
					vector: scaled(layer, trivial ? 0 : mult),
					toks,
				}),
			),
	};
}

/** The product is taken in float64 and rounded once. Throws ERR_USAGE when float32 does not hold its norm. */
export function scaled({ vector, point }: LayerVector, mult: number): Float32Array {
	const product = vector.map((value) => mult * value);
	if (hasNorm(product)) return product;
	throw new SteeringError('ERR_USAGE', `multiplier ${mult} takes the vector of ${hookName(point)} out of float32`, {
		hint: 'use a smaller one',
	});
}

export function checkMultipliers(vectors: readonly LayerVector[], mults: readonly number[]): void {
	for (const mult of mults) for (const layer of vectors) scaled(layer, mult);
}

function biasPoint({ point }: ListedLayer): HookPoint {
	return { layer: point.layer, site: 'mlp_out' };
}
