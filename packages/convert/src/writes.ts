import { existsSync } from 'node:fs';
import { SteeringError } from '@steering/core/errors';
import { writeControlVectors } from '@steering/core/interchange';
import type { Artifact } from './artifact.js';
import { completeProvenance } from './complete-provenance.js';
import { controlVectorsOf } from './control-vectors-of.js';
import { formatOf } from './file-format.js';
import type { ModelFacts } from './model-facts.js';
import { named } from './outputs.js';
import { writeTensors, writeTorch } from './write-artifact.js';

/** A file that only remains to be written: all that can be refused was looked at. */
export interface Write {
	path: string;
	run(): Promise<void>;
}

export function controlVectorWrite(
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

export function fileWrite(artifact: Artifact, path: string, model: ModelFacts | undefined): Write {
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

export function refuseToReplace(writes: readonly Write[], overwrite: boolean | undefined): void {
	const there = overwrite ? undefined : writes.find(({ path }) => existsSync(path));
	if (!there) return;
	throw new SteeringError('ERR_USAGE', `${there.path} is there already`, { hint: '--overwrite replaces it' });
}
