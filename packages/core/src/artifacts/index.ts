export { cacheFolder } from './cache-folder.js';
export { FREE_MARGIN_BYTES, freeBytes, requireSpace } from './disk-space.js';
export { fingerprint } from './fingerprint.js';
export { Journal } from './journal.js';
export { type LockOptions, withLock } from './lock.js';
export {
	type Manifest,
	type ManifestInput,
	makeManifest,
	manifestPath,
	manifestSchema,
	readManifest,
	writeManifest,
} from './manifest.js';
export {
	type AddedMeasures,
	type Interval,
	MEASURE_NAMES,
	type MeasureName,
	type MeasureRecord,
	type MeasureRecords,
	type MeasuresFile,
	measureRecordSchema,
	measuresFileSchema,
	measuresPath,
	readMeasures,
	writeMeasures,
} from './measures.js';
export { fileError, readJson } from './read-json.js';
export { type ResponseInput, type ResponseItem, readResponses, responsesSchema, writeResponses } from './responses.js';
export { openSafetensors, readSafetensors, type SafetensorsFile } from './safetensors.js';
export { SafetensorsDraft } from './safetensors-draft.js';
export { MAX_HEADER_BYTES, type TensorEntry } from './safetensors-header.js';
export { CONFLICTS, isLive, type Level, type StoredPath, storedPath } from './stored-path.js';
export { DTYPE_BYTES, type Dtype, elementCount, type Tensor, type TensorData, toFloat32, toFloat64 } from './tensor.js';
export { toolkitVersion, versions } from './versions.js';
export { type FileContent, pythonJson, writeFileAtomic, writeJsonAtomic } from './write-file-atomic.js';
export { writeFolderAtomic } from './write-folder-atomic.js';
export { writeSafetensors } from './write-safetensors.js';
