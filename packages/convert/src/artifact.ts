import { basename } from 'node:path';
import type { Tensor } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import type { EraserTensors } from '@steering/core/interchange';
import { type NamedSettings, type ParsedName, parseSettingsName } from '@steering/core/settings';
import type { Provenance } from '@steering/core/vectors';

/** What the formats exchange, and what is known of it. */
export type Artifact = ArtifactContent & {
	/** The file it was read from. */
	from: string;
	/** What it was made with, where the file says so. */
	provenance: Provenance | undefined;
	/** Its index in the layer list, and which list (SPEC 1.2); undefined where neither file nor name says. */
	place: Place | undefined;
	/** A model in the words of another tool. */
	modelHint: string | undefined;
};

export type ArtifactContent =
	/** (width), F32 or F64. */
	| { kind: 'vector'; tensor: Tensor }
	/** (examples, width), F32. */
	| { kind: 'activations'; tensor: Tensor }
	| { kind: 'eraser'; eraser: EraserTensors };

export interface Place {
	layer: number;
	residual: boolean;
}

export const KIND_WORDS = { vector: 'a vector', activations: 'activations', eraser: 'an eraser' } as const;

/** The numbers of one activation. */
export function widthOf(artifact: ArtifactContent): number {
	const { shape } = artifact.kind === 'eraser' ? artifact.eraser.projLeft : artifact.tensor;
	return artifact.kind === 'eraser' ? shape[0]! : shape.at(-1)!;
}

export function placeOf(path: string, provenance: Provenance | undefined): Place | undefined {
	if (provenance) return { layer: provenance.layer, residual: !provenance.hookPoint.endsWith('.resid_post') };
	const settings = settingsIn(path);
	const layer = settings?.layer;
	return settings && typeof layer === 'number' ? { layer, residual: settings.residual } : undefined;
}

/** What a file's name says, where it is an artifact's name. */
export function settingsIn(path: string): NamedSettings | undefined {
	return parsedName(path)?.settings;
}

/** The examples that activations are of, where their file's name says so. */
export function sideIn(path: string): Provenance['side'] {
	const positive = parsedName(path)?.positive;
	return positive === undefined ? undefined : positive ? 'positive' : 'negative';
}

function parsedName(path: string): ParsedName | undefined {
	try {
		// GGUF files may be named like the others.
		return parseSettingsName(basename(path).replace(/\.gguf$/, '.pt'));
	} catch {
		return undefined;
	}
}

export function unknownLayer(from: string): SteeringError {
	return new SteeringError('ERR_USAGE', `neither ${from} nor its name says which layer it is of`, {
		hint: 'convert it alone, with --layer N',
	});
}
