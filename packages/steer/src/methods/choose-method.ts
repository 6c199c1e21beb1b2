import { SteeringError } from '@steering/core/errors';
import type { Settings } from '@steering/core/settings';
import type { MethodInput, SteeringMethod } from './method.js';

export interface MethodFlags {
	/** Instrument the graph and change nothing: the baseline of a sweep. */
	trivial: boolean;
	/** Act on the MLP's output, where down_proj's bias would be (SPEC 1.7). */
	bias: boolean;
}

/** Flags that make no sense with the method that the settings ask for. Throws ERR_USAGE naming both. */
export function checkMethodFlags(settings: Settings, { trivial, bias, force }: MethodFlags & { force: boolean }): void {
	const { residual, toks, leace, scrub } = settings;
	const method = scrub ? '--scrub' : leace ? `--leace ${leace}` : undefined;
	const clash = (flag: string, other: string, why: string) =>
		new SteeringError('ERR_USAGE', `${flag} does not go with ${other}: ${why}`, { hint: 'leave one of them out' });
	if (bias) {
		const other = residual ? '--residual' : toks ? '--toks' : method;
		if (other) throw clash('--bias', other, 'a bias adds a vector to the MLP of a layer, at all positions');
	}
	if (trivial && method) throw clash('--trivial', method, 'it changes nothing, erasing included');
	if (force && scrub) throw clash('--force', '--scrub', 'scrubbing reads no vectors, it makes its own');
}

/** What may surprise about the settings, in a line. */
export function methodNote({ logit, leace }: Settings): string | undefined {
	if (!(logit && leace === 'orth')) return undefined;
	return '--logit with --leace orth erases with the LEACE eraser saved beside the vector, as the Python tool does';
}

/** Makes the settings' way of steering ready. Throws ERR_MISSING_INPUT, ERR_BAD_FILE, ERR_MISMATCH. */
export async function chooseMethod(input: MethodInput, flags: MethodFlags): Promise<SteeringMethod> {
	const { leace, scrub } = input.settings;
	// Each with its fits is loaded only when it is asked for.
	if (scrub) return (await import('./scrub.js')).scrub(input, leace === 'orth' ? 'orth' : 'leace');
	if (leace === 'leace' || leace === 'orth') return (await import('./erase-and-add.js')).eraseAndAdd(input, leace);
	if (leace) return (await import('./transport.js')).transport(input, leace);
	return (await import('./add-vector.js')).addVector(input, flags);
}
