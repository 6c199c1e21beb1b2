import { existsSync } from 'node:fs';
import { SteeringError } from '../errors/index.js';
import { layerCount } from './layer-count.js';
import { defaultModel, MODELS, registryLayer } from './registry.js';

const HUB_ID = /^[\w.-]+\/[\w.-]+/;

/** Replies written at the same time, where memory allows: two cores write little more a second with more. */
export const DEFAULT_BATCH = 64;

/**
 * What `--layer` is when it is not given: the registry's for a name, the middle one for a folder or a GGUF file (with `residual` that layer's
 * MLP). Throws ERR_USAGE where neither is known, so that nothing is steered at a layer that nobody chose.
 */
export function defaultLayer(model: string, residual: boolean): number {
	const known = registryLayer(model, { residual });
	if (known !== undefined) return known;
	const layers = layerCount(model);
	if (layers === undefined && !existsSync(model) && !HUB_ID.test(model)) {
		throw new SteeringError('ERR_MISSING_INPUT', `there is no model ${model}`, {
			hint: `give a folder, a hub id such as ORG/NAME, or one of ${Object.keys(MODELS).join(', ')}`,
		});
	}
	if (layers === undefined) {
		throw new SteeringError('ERR_USAGE', `no default layer is known for ${model}`, { hint: 'give one with --layer N' });
	}
	const middle = Math.floor(layers / 2);
	return residual ? 2 * middle + 1 : middle;
}

export { hubCache } from './hub/hub-folders.js';
export { folderVariable, type ModelName } from './registry.js';
export { defaultModel, MODELS };
