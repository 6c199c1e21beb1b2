export {
	type BuildOptions,
	type BuiltModel,
	buildModel,
	QUANTS,
	type Quant,
	type QuantOptions,
	type Rounding,
	SCHEMES,
	type Scheme,
} from '@steering/core/build';
export type { InterventionForm } from '@steering/core/onnx';
export { type BuildSourceOptions, buildSource, type SourceModel } from './build-source.js';
