export { type BuildOptions, type BuiltModel, buildModel, QUANTS, type Quant } from '@steering/core/build';
