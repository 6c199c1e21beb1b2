export { ROUNDINGS, type Rounding } from '../quantisation/index.js';
export { type BuildOptions, type BuiltModel, buildModel } from './build-model.js';
export { QUANTS, type Quant, type QuantOptions, SCHEMES, type Scheme } from './quant.js';
