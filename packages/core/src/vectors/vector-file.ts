import { openSafetensors, readSafetensors, toFloat32, writeSafetensors } from '../artifacts/index.js';
import { SteeringError } from '../errors/index.js';
import { MADE_BY, makeHint, remakeHint } from './made-by.js';
import { type Provenance, provenanceSchema, toMetadata } from './provenance.js';

export interface SteeringVector {
	/** (width), float32. */
	vector: Float32Array;
	provenance: Provenance;
}

export async function writeVector(path: string, { vector, provenance }: SteeringVector): Promise<void> {
	const tensors = { vec: { dtype: 'F32' as const, shape: [vector.length], data: vector } };
	await writeSafetensors(path, tensors, toMetadata(provenance));
}

/** Throws ERR_MISSING_INPUT naming the `command` that makes the file; ERR_BAD_FILE when it is not a steering vector. */
export async function readVector(path: string, command = MADE_BY): Promise<SteeringVector> {
	const { tensors, metadata } = await readSafetensors(path, makeHint(command));
	const tensor = tensors.get('vec');
	const vector = tensor && toFloat32(tensor);
	if (!vector || tensor?.shape.length !== 1)
		throw notOurs(path, command, 'it holds no float tensor vec of shape (width)');
	if (!vector.every(Number.isFinite)) throw notOurs(path, command, 'it holds NaN or infinite numbers');
	return { vector, provenance: parseProvenance(path, metadata, command) };
}

/** The provenance of a vector or activations file, without reading its tensors; undefined when there is no such file. */
export async function readProvenance(path: string): Promise<Provenance | undefined> {
	const file = await openSafetensors(path, makeHint(MADE_BY)).catch((error) => {
		if (error instanceof SteeringError && error.code === 'ERR_MISSING_INPUT') return undefined;
		throw error;
	});
	if (!file) return undefined;
	await file.close();
	return parseProvenance(path, file.metadata);
}

export function parseProvenance(path: string, metadata: Record<string, string>, command = MADE_BY): Provenance {
	const result = provenanceSchema.safeParse(metadata);
	if (result.success) return result.data;
	const missing = result.error.issues.map((issue) => issue.path.join('.')).join(', ');
	throw notOurs(path, command, `its metadata lacks ${missing}`);
}

function notOurs(path: string, command: string, why: string): SteeringError {
	return new SteeringError('ERR_BAD_FILE', `${path} is not a file of pnpm generate-vectors: ${why}`, {
		hint: remakeHint(command),
	});
}
