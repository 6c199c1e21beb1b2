import { SteeringError } from '@steering/core/errors';
import { type NamedSettings, settingsLabel } from '@steering/core/settings';
import type { PictureFigure } from '../picture/picture.js';
import type { ScoredFile, ScoredSet } from '../responses/scored-sets.js';

/** Settings that are equal but for their layer. */
export interface LayerSweep {
	/** The settings, without a layer. */
	common: NamedSettings;
	/** Ascending; sub-layers with `residual` (SPEC 1.2). */
	layers: SweptLayer[];
}

export interface SweptLayer {
	layer: number;
	settings: NamedSettings;
	files: ScoredFile[];
}

/** The sweeps among scored settings, those of `layer all` noted and left out. */
export function layerSweeps(scored: readonly ScoredSet[], onNote: (note: string) => void): LayerSweep[] {
	const sweeps = new Map<string, LayerSweep>();
	for (const { settings, files } of scored) {
		const { layer } = settings;
		if (typeof layer !== 'number') {
			onNote(`${settingsLabel(settings)}: steers no single layer, left out`);
			continue;
		}
		const common = { ...settings, layer: null };
		const sweep = sweeps.get(settingsLabel(common)) ?? { common, layers: [] };
		sweep.layers.push({ layer, settings, files });
		sweeps.set(settingsLabel(common), sweep);
	}
	for (const { layers } of sweeps.values()) layers.sort((a, b) => a.layer - b.layer);
	return [...sweeps.values()];
}

/** Scored responses, and none that this kind could draw. */
export function noSweep(wanted: string): SteeringError {
	return new SteeringError('ERR_MISSING_INPUT', `no settings have scored responses at ${wanted}`, {
		hint: 'steer at other layers with `pnpm steer --layer N`, then `pnpm eval --layer N`',
	});
}

/** Every multiplier of a sweep, ascending (-0.0 is 0.0). */
export function multsOf({ layers }: LayerSweep): number[] {
	const mults = layers.flatMap(({ files }) => files.map(({ mult }) => mult + 0));
	return [...new Set(mults)].sort((a, b) => a - b);
}

/** The figures of a sweep, each with its layer in words. */
export const figuresOf = ({ layers }: LayerSweep): PictureFigure[] =>
	layers.flatMap((layer) =>
		layer.files.flatMap(({ figures }) => figures.map((figure) => ({ ...figure, of: layerWords(layer) }))),
	);

export const layerWords = ({ layer, settings }: Pick<SweptLayer, 'layer' | 'settings'>): string =>
	`${settings.residual ? 'Sub-layer' : 'Layer'} ${layer}`;

export const layerTitle = ({ common }: LayerSweep): string =>
	common.residual ? 'Sub-layer (2l attention, 2l+1 MLP)' : 'Layer';
