import { readSafetensors, toFloat32, writeSafetensors } from '../artifacts/index.js';
import type { Activations } from '../erasure/index.js';
import { SteeringError } from '../errors/index.js';
import { MADE_BY, makeHint, remakeHint } from './made-by.js';
import { type Provenance, toMetadata } from './provenance.js';
import { parseProvenance } from './vector-file.js';

/** Activations at the readout token, (examples, width) float32, in the order of the data set. */
export async function writeActivations(
	path: string,
	{ data, rows, width }: Activations,
	provenance: Provenance,
): Promise<void> {
	await writeSafetensors(path, { acts: { dtype: 'F32', shape: [rows, width], data } }, toMetadata(provenance));
}

/** Throws ERR_MISSING_INPUT and ERR_BAD_FILE, naming the `command` that makes the file. */
export async function readActivations(
	path: string,
	command = MADE_BY,
): Promise<{ activations: Activations; provenance: Provenance }> {
	const { tensors, metadata } = await readSafetensors(path, makeHint(command));
	const tensor = tensors.get('acts');
	const data = tensor && toFloat32(tensor);
	if (!data || tensor?.shape.length !== 2) {
		throw new SteeringError('ERR_BAD_FILE', `${path} holds no float tensor acts of shape (examples, width)`, {
			hint: remakeHint(command),
		});
	}
	const activations = { data, rows: tensor.shape[0]!, width: tensor.shape[1]! };
	return { activations, provenance: parseProvenance(path, metadata, command) };
}
