export { CACHE_NEW, CACHE_POSITIONS, cacheOrder, countsItsPast } from './cache-slice.js';
export { FAN_OUT } from './fan-out.js';
export { foldReshapes } from './fold-reshapes.js';
export type { OnnxModel } from './graph.js';
export { HOOK_SITES, type HookPoint, type HookSite, hookName } from './hook-point.js';
export {
	addInterventions,
	captureOutput,
	type Instrumentation,
	type Instrumented,
	instrument,
	READOUT_INPUT,
} from './instrument.js';
export { INTERVENTION_FORMS, type InterventionForm, interventionInputs } from './intervention-nodes.js';
export { PRECISIONS, type Precision, setPrecision } from './precision.js';
export { readModel } from './read-model.js';
export { findResidualStream, type ResidualStream } from './residual-stream.js';
export { cutEmbedding, cutSublayer, EMBEDDING_OUTPUT, SUBLAYER_INPUT, SUBLAYER_OUTPUT } from './sublayer-graph.js';
export { TOP_COUNT, TOP_IDS, TOP_LOGITS } from './top-logits.js';
export { writeModel } from './write-model.js';
