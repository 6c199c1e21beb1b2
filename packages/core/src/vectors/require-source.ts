import { SteeringError } from '../errors/index.js';
import { MADE_BY, makeHint } from './made-by.js';
import type { Provenance } from './provenance.js';

/** A file and what it says of itself. */
export interface Made {
	path: string;
	provenance: Provenance;
}

/** What a converted file cannot say. */
export const UNKNOWN = 'unknown';

/**
 * Vectors, activations and erasers are only good for the weights and the hook point they were read from. Throws ERR_MISMATCH
 * saying which differs, and the `command` that makes the file.
 */
export function requireSource(
	{ path, provenance }: Made,
	width: number,
	wanted: { model: string; fingerprint: string; width: number; hookPoint: string; command?: string },
): void {
	const hint = makeHint(wanted.command ?? MADE_BY);
	const differs = (what: string, more = '') =>
		new SteeringError('ERR_MISMATCH', `${path} ${what}`, { hint: hint + more });
	if (width !== wanted.width)
		throw differs(`has ${width} numbers, the activations of ${wanted.model} have ${wanted.width}`);
	if (provenance.fingerprint !== wanted.fingerprint) {
		const made = `was made with another model (${provenance.model}, fingerprint ${provenance.fingerprint})`;
		throw differs(made, ', or take it all the same with --force');
	}
	if (provenance.hookPoint !== wanted.hookPoint) {
		throw differs(`was read at ${provenance.hookPoint}, not at ${wanted.hookPoint}`);
	}
}

/** A file that was renamed says of which data it is, and activations of which side. Throws ERR_MISMATCH. */
export function requireData(
	{ path, provenance }: Made,
	wanted: { dataset: string; behavior: string | null; side?: Provenance['side']; command?: string },
): void {
	const differs = (what: string) =>
		new SteeringError('ERR_MISMATCH', `${path} ${what}`, { hint: makeHint(wanted.command ?? MADE_BY) });
	const data = (dataset: string, behavior: string) => (behavior ? `${dataset} of ${behavior}` : dataset);
	const [found, asked] = [data(provenance.dataset, provenance.behavior), data(wanted.dataset, wanted.behavior ?? '')];
	if (provenance.dataset !== UNKNOWN && found !== asked) throw differs(`was made from ${found}, not from ${asked}`);
	if (wanted.side && provenance.side && provenance.side !== wanted.side) {
		throw differs(`holds the ${provenance.side} examples, not the ${wanted.side} ones`);
	}
}

/** Files that are used together come from the same examples. Throws ERR_MISMATCH naming both. */
export function requireTogether(one: Made, other: Made, command = MADE_BY): void {
	const known = [one, other].every(({ provenance }) => provenance.examples !== UNKNOWN);
	if (!known || one.provenance.examples === other.provenance.examples) return;
	throw new SteeringError('ERR_MISMATCH', `${one.path} and ${other.path} were made from different examples`, {
		hint: `make both again with \`${command} --overwrite\``,
	});
}
