import { pythonFloat } from './python-float.js';
import type { NamedSettings } from './schema.js';

/** Short keys of a name with their values, in the reference's order of parts (SPEC 1.11). */
export type NameParts = [key: string, value: string][];

/** Repeated, so that a label of a label is itself. */
const GGUF_EXTENSION = /(?<=.)(\.gguf)+$/i;

/**
 * The model as file names spell it: a registry name as it is, of a folder or hub id the last component,
 * so that names do not depend on where a command was started; of a GGUF file its stem. Manifests tell namesakes apart by fingerprint.
 */
export function modelLabel(model: string): string {
	const last = model.split(/[/\\]/).findLast((part) => part !== '') ?? '.';
	return last.replace(GGUF_EXTENSION, '');
}

function present(parts: [string, string | null][]): NameParts {
	return parts.filter((part): part is [string, string] => part[1] !== null);
}

/** `layer`, when given, stands in for the settings' own; layer 0 is printed. */
export function vectorParts(s: NamedSettings, layer: number | 'all' | null = s.layer): NameParts {
	return present([
		['M', modelLabel(s.model)],
		['D', s.dataset],
		['B', s.behavior],
		['R', s.residual ? 'res' : null],
		['G', s.logit ? 'log' : null],
		['L', layer === null ? null : String(layer)],
		['S', s.scrub ? 'scrub' : null],
	]);
}

export function responseParts(s: NamedSettings): NameParts {
	return [
		...vectorParts(s),
		...present([
			['T', pythonFloat(s.temp)],
			['C', s.leace],
			['K', s.toks],
		]),
	];
}

export function suffix(parts: NameParts): string {
	return parts.map(([key, value]) => key + value).join('_');
}

/** The reference's `str(settings)`: `M:llama3 D:prompts L:15 T:1.5`. */
export function settingsLabel(s: NamedSettings): string {
	return responseParts(s)
		.map(([key, value]) => `${key}:${value}`)
		.join(' ');
}
