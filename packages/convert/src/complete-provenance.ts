import { toolkitVersion } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import { type Provenance, UNKNOWN } from '@steering/core/vectors';
import { type Artifact, settingsIn, sideIn, unknownLayer, widthOf } from './artifact.js';
import type { ModelFacts } from './model-facts.js';

/**
 * The provenance that a safetensors file must have, for steering demands it: the file's own, or that of the model which the
 * caller names, whose width and layers it must then fit. Data set and behavior come from the names of the files.
 * @throws SteeringError ERR_USAGE when model or layer are unknown, ERR_MISMATCH when they do not fit
 */
export function completeProvenance(artifact: Artifact, output: string, facts: ModelFacts | undefined): Provenance {
	const model = facts?.info;
	const { from, provenance, place } = artifact;
	if (provenance) return checked(artifact, provenance, model);
	if (!model) {
		throw new SteeringError('ERR_USAGE', `${from} does not say which model it was made with`, {
			hint: 'give it with --model: its fingerprint goes into the file, and steering on another model is refused',
		});
	}
	if (!place) throw unknownLayer(from);
	const width = widthOf(artifact);
	if (width !== model.width) {
		const wanted = `the activations of ${model.name} are ${model.width}`;
		throw new SteeringError('ERR_MISMATCH', `${from} is ${width} wide, ${wanted}`, { hint: 'check --model' });
	}
	const settings = settingsIn(from) ?? settingsIn(output);
	return {
		model: model.name,
		fingerprint: model.fingerprint,
		precision: UNKNOWN,
		hookPoint: facts.hookPoint(place),
		layer: place.layer,
		dataset: settings?.dataset ?? UNKNOWN,
		behavior: settings?.behavior ?? '',
		examples: UNKNOWN,
		positives: 0,
		negatives: 0,
		readout: 'last',
		side: artifact.kind === 'activations' ? (sideIn(from) ?? sideIn(output)) : undefined,
		version: toolkitVersion(),
	};
}

function checked({ from }: Artifact, provenance: Provenance, model: ModelFacts['info'] | undefined): Provenance {
	if (!model || provenance.fingerprint === model.fingerprint) return provenance;
	throw new SteeringError('ERR_MISMATCH', `${from} was made with another model (${provenance.model})`, {
		hint: 'leave --model out: the file says which it is',
	});
}
