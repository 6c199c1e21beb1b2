export type { Checkpoint } from './checkpoint.js';
export { openGguf } from './gguf/gguf-checkpoint.js';
export { openHuggingFace } from './huggingface/hf-checkpoint.js';
export { openCheckpoint } from './open-checkpoint.js';
