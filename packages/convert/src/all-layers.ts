import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { layerRanges } from './layer-ranges.js';

/** The part of an artifact's name that stands for every layer. */
const ALL_LAYERS = /_Lall(?=[_.])/;

export function namesAllLayers(path: string): boolean {
	return ALL_LAYERS.test(basename(path));
}

export function withLayer(path: string, layer: number): string {
	return join(dirname(path), basename(path).replace(ALL_LAYERS, `_L${layer}`));
}

/** A file, and its layer where a name with `_Lall` stood for it. */
export interface LayerFile {
	path: string;
	layer: number | undefined;
}

/**
 * The files that `…_Lall….safetensors` stands for, by layer: all from 0 on, or those of `wanted` that are there. A file of that
 * very name stands for itself.
 * @throws SteeringError ERR_MISSING_INPUT when there is none, or when nobody said that others may be missing
 */
export function filesOfAllLayers(path: string, wanted?: readonly number[]): LayerFile[] {
	if (!namesAllLayers(path) || existsSync(path)) return [{ path, layer: undefined }];
	const fileOf = (layer: number) => ({ path: withLayer(path, layer), layer });
	const layers = layersThere(path);
	if (layers.length === 0) {
		throw new SteeringError('ERR_MISSING_INPUT', `there is no ${withLayer(path, 0)}, nor one of any other layer`, {
			hint: 'pnpm generate-vectors makes vectors of all layers',
		});
	}
	if (wanted) return layers.filter((layer) => wanted.includes(layer)).map(fileOf);
	const missing = Array.from({ length: layers.at(-1)! }, (_, layer) => layer).filter(
		(layer) => !layers.includes(layer),
	);
	if (missing.length === 0) return layers.map(fileOf);
	const what = `${path} stands for all layers, ${withLayer(path, missing[0]!)} is missing`;
	const others = missing.length === 1 ? '' : ` (of layers ${layerRanges(missing)})`;
	throw new SteeringError('ERR_MISSING_INPUT', what + others, {
		hint: `make it, or take those that are there with --layer ${layerRanges(layers)}`,
	});
}

/** Ascending. */
function layersThere(path: string): number[] {
	const folder = dirname(path);
	const names = existsSync(folder) ? readdirSync(folder) : [];
	const layers = names.flatMap((name) => {
		const layer = /_L(\d+)(?=[_.])/.exec(name)?.[1];
		return layer !== undefined && name === basename(withLayer(path, Number(layer))) ? [Number(layer)] : [];
	});
	return layers.sort((a, b) => a - b);
}
