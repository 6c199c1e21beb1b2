export {
	type BatchLimits,
	type BatchReply,
	type BatchRequest,
	type BatchResult,
	type ChosenToken,
	type ContinuousBatch,
	DEFAULT_LIMITS,
	type FinishReason,
	type TokenConstraint,
} from './batch/index.js';
export type { CapturedBatch, CaptureOptions } from './capture.js';
export { ChatTokenizer } from './chat-tokenizer.js';
export { type AskedDevice, DEVICES, type Device } from './device.js';
export { type GenerateRow, replyRows } from './generate/index.js';
export { type ForwardRow, HookedModel, type LoadOptions, type ModelInfo, modelIdentity } from './hooked-model.js';
export { type ListedLayer, layerList, layerListLength } from './layer-list.js';
export { type LocatedModel, type LocateOptions, locateModel } from './locate-model.js';
export { logSumExp } from './log-sum-exp.js';
export type { PreparationHooks } from './preparation.js';
export { rowsThatFit } from './rows-that-fit.js';
export { argmax, type Sampling } from './sampling.js';
export { fitScrub, type ScrubRequest, type ScrubStep } from './scrub.js';
export { type Uniform, uniformFor } from './seed.js';
export { type ModelFiles, resolveModel } from './source.js';
export type { SpillOptions } from './stream-store.js';
export type { TokenText } from './token-bytes.js';
export type { LogitsAt, LogitsRow, VisitRequest } from './visit-logits.js';
