import type { PlotKind } from './kind.js';

/** Kinds of pictures, each loaded when it is asked for. */
export const PLOT_KINDS = {
	'mean-band': async () => (await import('./mean-band/index.js')).meanBandPictures,
} as const satisfies Record<string, () => Promise<PlotKind>>;

export type PlotKindName = keyof typeof PLOT_KINDS;
export const PLOT_KIND_NAMES = Object.keys(PLOT_KINDS) as PlotKindName[];
