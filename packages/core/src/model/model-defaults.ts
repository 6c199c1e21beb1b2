import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SteeringError } from '../errors/index.js';
import { defaultModel, MODELS, registryLayer } from './registry.js';

const configSchema = z.looseObject({ num_hidden_layers: z.int().min(1) });

const HUB_ID = /^[\w.-]+\/[\w.-]+/;

/**
 * What `--layer` is when it is not given: the registry's for a name, the middle one for a folder (with `residual` that layer's
 * MLP). Throws ERR_USAGE where neither is known, so that nothing is steered at a layer that nobody chose.
 */
export function defaultLayer(model: string, residual: boolean): number {
	const known = registryLayer(model, { residual });
	if (known !== undefined) return known;
	const layers = layersOfFolder(model);
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

function layersOfFolder(folder: string): number | undefined {
	const path = join(folder, 'config.json');
	if (!existsSync(path)) return undefined;
	try {
		return configSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).num_hidden_layers;
	} catch {
		return undefined;
	}
}

export { hubCache } from './hub/hub-folders.js';
export { folderVariable, type ModelName } from './registry.js';
export { defaultModel, MODELS };
