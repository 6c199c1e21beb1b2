export { BLOCK, type BlockFormat, isWholeBlocks, middleCode, type QuantisedRows, rowBytes } from './block-format.js';
export { dequantiseRows, LARGEST_WEIGHT, quantiseRows, ROUNDINGS, type Rounding } from './quantise-rows.js';
