import { basename } from 'node:path';
import { plotPath } from '@steering/core/settings';
import type { Picture } from '../../picture/picture.js';
import type { KindInput } from '../kind.js';
import { figuresOf, type LayerSweep, layerSweeps, noSweep } from '../layer-sweeps.js';
import { heatmapSpec } from './heatmap-spec.js';

/** Mean score by layer and multiplier: a picture for settings that are equal but for their layer. */
export async function heatmapPictures({ scored, onNote }: KindInput): Promise<Picture[]> {
	const sets = await scored();
	const sweeps = layerSweeps(sets, onNote);
	if (sets.length > 0 && sweeps.length === 0) throw noSweep('a single layer');
	return sweeps.map(pictureOf);
}

function pictureOf(sweep: LayerSweep): Picture {
	const { common, layers } = sweep;
	const settings = layers.map((layer) => layer.settings);
	const files = layers.flatMap((layer) => layer.files);
	const usermeta = { kind: 'heatmap', settings, sources: files.map(({ path }) => basename(path)) };
	return {
		name: `${basename(plotPath(common), '.png')}_heatmap`,
		settings,
		figures: figuresOf(sweep),
		table: tableOf(sweep),
		spec: (theme) => heatmapSpec(sweep, usermeta, theme),
	};
}

function tableOf({ layers }: LayerSweep): Picture['table'] {
	return layers.flatMap(({ layer, files }) =>
		files.flatMap(({ figures }) =>
			figures.map(({ mult, label, mean }) => ({
				layer,
				multiplier: mult,
				prompts: label ?? 'all',
				mean: mean.toFixed(4),
			})),
		),
	);
}
