import { SteeringError } from '@steering/core/errors';
import { parseSettings, type SettingsInput } from '@steering/core/settings';
import { grid } from './grid.js';

type Axes = { readonly [K in keyof SettingsInput]?: readonly SettingsInput[K][] };

/**
 * Every combination of the axes that makes sense (a behavior with a data set that has it, `logit` with one that has answer
 * tokens). As in the reference's sweeps, layer `all` means all sub-layers (`residual`) where `residual` is no axis.
 * @param keep leaves out the combinations for which it is false
 * @example experiments({ dataset: ['ab', 'caa'], behavior: [...BEHAVIORS, null], layer: [15, 'all'] }) // 18 settings
 */
export function experiments(axes: Axes, keep: (settings: SettingsInput) => boolean = () => true): SettingsInput[] {
	const points = grid(axes as Record<string, readonly unknown[]>) as SettingsInput[];
	const full = points.map((point) => ('residual' in axes ? point : { ...point, residual: point.layer === 'all' }));
	return full.filter((settings) => makesSense(settings) && keep(settings));
}

function makesSense(settings: SettingsInput): boolean {
	try {
		parseSettings(settings);
		return true;
	} catch (error) {
		// A value that is no value at all is a typing error, not a combination to leave out.
		if (error instanceof SteeringError && error.message.includes('makes no sense')) return false;
		throw error;
	}
}
