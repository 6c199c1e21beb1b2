import { SteeringError } from '@steering/core/errors';
import type { Intervention } from '@steering/core/interventions';
import { hookName } from '@steering/core/onnx';
import { uniformFor } from '@steering/core/seed';
import type { Settings } from '@steering/core/settings';

/** @throws SteeringError ERR_USAGE for ways of steering in which no direction can be replaced */
export function requireBaseline({ leace, scrub }: Settings): void {
	const way = scrub ? '--scrub' : leace === 'quad' || leace === 'quadlda' ? `--leace ${leace}` : undefined;
	if (way === undefined) return;
	const why = scrub ? 'its vectors are fitted one upon the other, sub-layer by sub-layer' : 'it adds no vector';
	throw new SteeringError('ERR_USAGE', `--baseline random makes no sense with ${way}: ${why}`, {
		hint: 'leave --baseline out',
	});
}

/**
 * The interventions with each vector replaced by one of a random direction and the same norm, at the same tokens; maps (erasers)
 * stay. A hook point has one direction, whatever the multiplier: along it the multipliers lie as along the vector it stands for.
 */
export function withRandomDirections(
	interventions: readonly Intervention[],
	mult: number,
	seed: number,
): Intervention[] {
	return interventions.map((intervention) => {
		const { point, vector } = intervention;
		const direction = normalNumbers(vector.length, uniformFor(seed, 'random direction', hookName(point)));
		const scale = ((mult < 0 ? -1 : 1) * norm(vector)) / norm(direction);
		return { ...intervention, vector: Float32Array.from(direction, (value) => value * scale) };
	});
}

export function norm(vector: ArrayLike<number>): number {
	let sum = 0;
	for (let i = 0; i < vector.length; i++) sum += vector[i]! ** 2;
	return Math.sqrt(sum);
}

/** Box and Muller's: independent normal numbers point in every direction alike. */
function normalNumbers(count: number, uniform: () => number): Float64Array {
	return Float64Array.from({ length: count }, () => {
		const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
		return radius * Math.cos(2 * Math.PI * uniform());
	});
}
