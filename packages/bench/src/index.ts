export { benchCurves, type CurvesBench } from './curves/bench-curves.js';
export type { Curve, CurvePoint } from './curves/curve.js';
export type { MachineLimits } from './curves/limits.js';
export { benchErasure, type ErasureBenchOptions } from './erasure.js';
export type { BenchRow, Measured, Spread } from './ratios.js';
export { benchSpeed, type SpeedBench, type SpeedBenchOptions } from './speed/bench-speed.js';
