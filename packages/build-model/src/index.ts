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
