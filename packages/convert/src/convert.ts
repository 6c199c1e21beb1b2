import { SteeringError } from '@steering/core/errors';
import type { PreparationHooks } from '@steering/core/model';
import { filesOfAllLayers } from './all-layers.js';
import type { Artifact } from './artifact.js';
import { formatOf } from './file-format.js';
import { loadModelFacts } from './model-facts.js';
import { outputsOf } from './outputs.js';
import { readArtifacts } from './read-artifacts.js';
import { controlVectorWrite, fileWrite, refuseToReplace } from './writes.js';

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
	/** Told what happens before the model can be opened: downloads, a build. */
	preparation?: PreparationHooks | undefined;
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
	const read = await Promise.all(files.map(({ path, layer }) => readArtifacts(path, layer)));
	const artifacts = chosen(read.flat(), options.layers);
	const model = options.model === undefined ? undefined : await loadModelFacts(options.model, options);
	const writes =
		format === '.gguf'
			? [controlVectorWrite(artifacts, output, { round: options.round === true, model })]
			: outputsOf(artifacts, output).map(({ path, artifact }) => fileWrite(artifact, path, model));
	refuseToReplace(writes, options.overwrite);
	for (const { run } of writes) await run();
	return writes.map(({ path }) => path);
}

function roundsNothing(output: string): SteeringError {
	return new SteeringError('ERR_USAGE', `--float32 does not go with ${output}: its format holds float64, too`, {
		hint: 'leave it out',
	});
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
