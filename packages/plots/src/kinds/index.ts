import type { PlotKind } from './kind.js';

/** Kinds of pictures, each loaded when it is asked for. */
export const PLOT_KINDS = {
	'mean-band': async () => (await import('./mean-band/index.js')).meanBandPictures,
	tradeoff: async () => (await import('./tradeoff/index.js')).tradeoffPictures,
	ab: async () => (await import('./ab/index.js')).abPictures,
	geometry: async () => (await import('./geometry/index.js')).geometryPictures,
} as const satisfies Record<string, () => Promise<PlotKind>>;

export type PlotKindName = keyof typeof PLOT_KINDS;
export const PLOT_KIND_NAMES = Object.keys(PLOT_KINDS) as PlotKindName[];
