export type { Checkpoint, QuantisedTensors } from './checkpoint.js';
export { checkpointError } from './checkpoint-error.js';
export { openGguf } from './gguf/gguf-checkpoint.js';
export { generationConfig, modelConfig } from './model-config.js';
export { tokenizerConfig, tokenizerJson } from './tokenizer-json.js';
