export type {
	BatchLimits,
	BatchReply,
	BatchRequest,
	BatchResult,
	ChosenToken,
	FinishReason,
	TokenConstraint,
} from './batch-request.js';
export { ContinuousBatch, DEFAULT_LIMITS } from './continuous-batch.js';
