import { basename } from 'node:path';
import { plotPath, settingsLabel } from '@steering/core/settings';
import type { Picture } from '../../picture/picture.js';
import type { KindInput } from '../kind.js';
import { figuresOf, type LayerSweep, layerSweeps, noSweep } from '../layer-sweeps.js';
import { layerEffects } from './layer-effects.js';
import { layersSpec } from './layers-spec.js';

/** The effect of each layer: a picture for settings that are equal but for their layer. */
export async function layersPictures({ scored, onNote }: KindInput): Promise<Picture[]> {
	const sets = await scored();
	const sweeps = layerSweeps(sets, onNote).filter((sweep) => {
		const lone = sweep.layers.length === 1 && sweep.layers[0]!;
		if (lone) onNote(`${settingsLabel(lone.settings)}: the only layer of its settings, left out`);
		return !lone;
	});
	if (sets.length > 0 && sweeps.length === 0) throw noSweep('two layers or more');
	return sweeps.map(pictureOf);
}

function pictureOf(sweep: LayerSweep): Picture {
	const { common, layers } = sweep;
	const settings = layers.map((layer) => layer.settings);
	const files = layers.flatMap((layer) => layer.files);
	const effects = layerEffects(sweep);
	const usermeta = { kind: 'layers', settings, sources: files.map(({ path }) => basename(path)) };
	return {
		name: `${basename(plotPath(common), '.png')}_layers`,
		settings,
		figures: figuresOf(sweep),
		table: effects.points.map(({ layer, mult, label, mean, effect }) => ({
			layer,
			multiplier: mult,
			prompts: label ?? 'all',
			mean: mean.toFixed(4),
			...(effects.relative ? { change: effect.toFixed(4) } : {}),
		})),
		spec: (theme) => layersSpec(sweep, effects, usermeta, theme),
	};
}
