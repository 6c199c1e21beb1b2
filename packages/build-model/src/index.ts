export { type BuildOptions, type BuiltModel, buildModel, QUANTS, type Quant } from '@steering/core/build';
export { type BuildSourceOptions, buildSource, type SourceModel } from './build-source.js';
