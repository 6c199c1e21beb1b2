export { type BuildOptions, type BuiltModel, buildModel, QUANTS, type Quant } from './build-model.js';
