export { automaticQuant, buildCached, builtFolder, type CachedBuildOptions, cachedBuild } from './build-cached.js';
export { type BuildOptions, type BuiltModel, buildModel, DEFAULT_QUANT, QUANTS, type Quant } from './build-model.js';
