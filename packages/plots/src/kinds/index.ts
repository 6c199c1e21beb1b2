import type { PlotKind } from './kind.js';

/** Kinds of pictures, each loaded when it is asked for. */
export const PLOT_KINDS = {
	'mean-band': async () => (await import('./mean-band/index.js')).meanBandPictures,
	compare: async () => (await import('./compare/index.js')).comparePictures,
	layers: async () => (await import('./layers/index.js')).layersPictures,
	heatmap: async () => (await import('./heatmap/index.js')).heatmapPictures,
	tradeoff: async () => (await import('./tradeoff/index.js')).tradeoffPictures,
	ab: async () => (await import('./ab/index.js')).abPictures,
	geometry: async () => (await import('./geometry/index.js')).geometryPictures,
} as const satisfies Record<string, () => Promise<PlotKind>>;

export type PlotKindName = keyof typeof PLOT_KINDS;
export const PLOT_KIND_NAMES = Object.keys(PLOT_KINDS) as PlotKindName[];

/** Kinds with panels and lines for values of settings, which `facet` and `color` choose. */
export const FACETED_KINDS: readonly PlotKindName[] = ['compare'];
