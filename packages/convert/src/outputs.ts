import { SteeringError } from '@steering/core/errors';
import { namesAllLayers, withLayer } from './all-layers.js';
import { type Artifact, type Place, placeOf, unknownLayer } from './artifact.js';
import { formatOf } from './file-format.js';

/** Which artifact goes into which file. Throws ERR_USAGE when they do not fit into the name that was given. */
export function outputsOf(artifacts: readonly Artifact[], output: string): { path: string; artifact: Artifact }[] {
	if (!namesAllLayers(output)) {
		if (artifacts.length === 1) return [{ path: output, artifact: named(artifacts[0]!, output) }];
		throw new SteeringError('ERR_USAGE', `${artifacts.length} vectors do not go into ${output}`, {
			hint: `choose one with --layer, or name the output …_Lall${formatOf(output)} for a file a layer`,
		});
	}
	const outputs = artifacts.map((artifact) => ({ path: withLayer(output, knownLayer(artifact)), artifact }));
	const twice = outputs.find(({ path }, i) => outputs.findIndex((other) => other.path === path) < i);
	if (!twice) return outputs;
	throw new SteeringError('ERR_USAGE', `two inputs would become ${twice.path}`, { hint: 'convert one kind at a time' });
}

function knownLayer({ place, from }: Artifact): number {
	if (place) return place.layer;
	throw unknownLayer(from);
}

/** The name of the output may say which layer it is of; it may not say another. */
export function named(artifact: Artifact, output: string): Artifact {
	const place = placeOf(output, undefined);
	if (!place || !artifact.place) return { ...artifact, place: artifact.place ?? place };
	if (place.layer === artifact.place.layer && place.residual === artifact.place.residual) return artifact;
	const words = ({ layer, residual }: Place) => `${residual ? 'sub-layer' : 'layer'} ${layer}`;
	throw new SteeringError(
		'ERR_USAGE',
		`${artifact.from} is of ${words(artifact.place)}, ${output} of ${words(place)}`,
		{
			hint: 'name the output after the layer it is of',
		},
	);
}
