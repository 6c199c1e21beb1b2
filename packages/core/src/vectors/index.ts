export { ActivationsDraft } from './activations-draft.js';
export {
	type ActivationChunks,
	type OpenActivations,
	openActivations,
	readActivations,
	writeActivations,
} from './activations-file.js';
export { readEraser, writeEraser } from './eraser-file.js';
export { type Provenance, sameProvenance } from './provenance.js';
export { type Made, requireData, requireSource, requireTogether, UNKNOWN } from './require-source.js';
export { readProvenance, readVector, type SteeringVector, writeVector } from './vector-file.js';
