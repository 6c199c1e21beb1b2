export { ROUNDINGS, type Rounding } from '../quantisation/index.js';
export { automaticQuant, buildCached, builtFolder, type CachedBuildOptions, cachedBuild } from './build-cached.js';
export { type BuildOptions, type BuiltModel, buildModel } from './build-model.js';
export { HOOKED_GRAPH, type HookOptions } from './hooked-graph.js';
export { DEFAULT_QUANT, QUANTS, type Quant, type QuantOptions, SCHEMES, type Scheme } from './quant.js';
