export type { Checkpoint, QuantisedTensors } from './checkpoint.js';
export { checkpointFiles, findCheckpoint, isGgufName } from './find-checkpoint.js';
export { openCheckpoint } from './open-checkpoint.js';
