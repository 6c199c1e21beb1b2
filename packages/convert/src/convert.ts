import { existsSync } from 'node:fs';
import { SteeringError } from '@steering/core/errors';
import { writeControlVectors } from '@steering/core/interchange';
import { filesOfAllLayers, namesAllLayers, withLayer } from './all-layers.js';
import { type Artifact, type Place, placeOf, unknownLayer } from './artifact.js';
import { completeProvenance } from './complete-provenance.js';
import { controlVectorsOf } from './control-vectors-of.js';
import { formatOf } from './file-format.js';
import { loadModelFacts, type ModelFacts } from './model-facts.js';
import { readArtifacts } from './read-artifacts.js';
import { writeTensors, writeTorch } from './write-artifact.js';

export interface ConvertOptions {
	/** Files; `…_Lall….safetensors` stands for the files of every layer. */
	inputs: readonly string[];
	/** A file; `…_Lall….safetensors` stands for a file a layer. */
	output: string;
	/** Which layers of the inputs; of one file that does not say its layer, that layer. */
	layers?: readonly number[] | undefined;
	/** The model that files without provenance were made with; the others must be of it. */
	model?: string | undefined;
	/** Rounds float64 numbers where the format holds float32. */
	round?: boolean | undefined;
	overwrite?: boolean | undefined;
	signal?: AbortSignal | undefined;
}

/**
 * Converts vectors, activations and erasers between `.pt`, `.safetensors` and (vectors only) GGUF control vectors. Everything
 * is read and checked before the first file is written. Returns the files written.
 * @throws SteeringError ERR_USAGE, ERR_MISSING_INPUT, ERR_BAD_FILE, ERR_MISMATCH; what a format cannot hold is an error
 */
export async function convert(options: ConvertOptions): Promise<string[]> {
	const { output } = options;
	const format = formatOf(output);
	if (options.round && format !== '.gguf') throw roundsNothing(output);
	const files = options.inputs.flatMap((input) => filesOfAllLayers(input, options.layers));
	const read = await Promise.all(files.map(readArtifacts));
	const artifacts = chosen(read.flat(), options.layers);
	const model = options.model === undefined ? undefined : await loadModelFacts(options.model, options.signal);
	const writes =
		format === '.gguf'
			? [controlVectorWrite(artifacts, output, { round: options.round === true, model })]
			: outputsOf(artifacts, output).map(({ path, artifact }) => fileWrite(artifact, path, model));
	refuseToReplace(writes, options.overwrite);
	for (const { run } of writes) await run();
	return writes.map(({ path }) => path);
}

interface Write {
	path: string;
	run(): Promise<void>;
}

function roundsNothing(output: string): SteeringError {
	return new SteeringError('ERR_USAGE', `--float32 does not go with ${output}: its format holds float64, too`, {
		hint: 'leave it out',
	});
}

function controlVectorWrite(
	artifacts: readonly Artifact[],
	path: string,
	{ round, model }: { round: boolean; model: ModelFacts | undefined },
): Write {
	const [first] = artifacts;
	const own = first && artifacts.length === 1 ? [named(first, path)] : artifacts;
	const known = own.map((artifact) => withModel(artifact, path, model));
	const control = controlVectorsOf(known, { round, modelType: model?.type });
	return { path, run: () => writeControlVectors(path, control) };
}

function fileWrite(artifact: Artifact, path: string, model: ModelFacts | undefined): Write {
	if (formatOf(path) === '.pt') {
		const known = withModel(artifact, path, model);
		return { path, run: () => writeTorch(path, known) };
	}
	const provenance = completeProvenance(artifact, path, model);
	return { path, run: () => writeTensors(path, artifact, provenance) };
}

/** A model that is named is checked and recorded in any format; only safetensors files need one. */
function withModel(artifact: Artifact, path: string, model: ModelFacts | undefined): Artifact {
	return model ? { ...artifact, provenance: completeProvenance(artifact, path, model) } : artifact;
}

/** `layers` picks among layers that are known, and tells the one that is not. */
function chosen(artifacts: readonly Artifact[], layers: readonly number[] | undefined): Artifact[] {
	if (!layers) return [...artifacts];
	if (artifacts.length === 1 && layers.length === 1 && !artifacts[0]!.place) {
		return [{ ...artifacts[0]!, place: { layer: layers[0]!, residual: false } }];
	}
	const absent = layers.find((layer) => !artifacts.some(({ place }) => place?.layer === layer));
	if (absent !== undefined) {
		throw new SteeringError('ERR_MISSING_INPUT', `--layer ${absent}: no input is of that layer`, {
			hint: 'check which layers the input has',
		});
	}
	return artifacts.filter(({ place }) => place && layers.includes(place.layer));
}

function outputsOf(artifacts: readonly Artifact[], output: string): { path: string; artifact: Artifact }[] {
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
function named(artifact: Artifact, output: string): Artifact {
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

function refuseToReplace(writes: readonly Write[], overwrite: boolean | undefined): void {
	const there = overwrite ? undefined : writes.find(({ path }) => existsSync(path));
	if (!there) return;
	throw new SteeringError('ERR_USAGE', `${there.path} is there already`, { hint: '--overwrite replaces it' });
}
