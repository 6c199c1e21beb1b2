import type { Figure } from '../../responses/figures.js';
import { type LayerSweep, layerWords } from '../layer-sweeps.js';

export interface LayerEffect {
	layer: number;
	/** The layer in words. */
	of: string;
	mult: number;
	label: Figure['label'];
	mean: number;
	/** What is drawn: the change of the mean from multiplier 0 at the same layer, or the mean itself. */
	effect: number;
}

export interface LayerEffects {
	/** Whether effects are changes: multiplier 0 was run at every layer. */
	relative: boolean;
	points: LayerEffect[];
}

/** Mean scores by layer and multiplier, less those of unsteered replies where every layer has them. */
export function layerEffects({ layers }: LayerSweep): LayerEffects {
	const relative = layers.every(({ files }) => files.some(({ mult }) => mult === 0));
	const points = layers.flatMap(({ layer, settings, files }) => {
		const of = layerWords({ layer, settings });
		const unsteered = files.find(({ mult }) => mult === 0)?.figures ?? [];
		return files.flatMap(({ figures }) =>
			figures.map(({ mult, label, mean }) => {
				const from = relative ? unsteered.find((figure) => figure.label === label)!.mean : 0;
				return { layer, of, mult: mult + 0, label, mean, effect: mean - from };
			}),
		);
	});
	return { relative, points };
}
