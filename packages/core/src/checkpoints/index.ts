export type { Checkpoint } from './checkpoint.js';
export { checkpointError } from './checkpoint-error.js';
export { checkpointFiles, findCheckpoint, isGgufName } from './find-checkpoint.js';
export { generationConfig, modelConfig } from './model-config.js';
export { openCheckpoint } from './open-checkpoint.js';
export { sentencePieceSource } from './sentencepiece-model.js';
export { tokenizerConfig, tokenizerJson } from './tokenizer-json.js';
export type { ByteLevelSource, SentencePieceSource, TokenizerSource } from './tokenizer-source.js';
