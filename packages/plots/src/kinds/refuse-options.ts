import { SteeringError } from '@steering/core/errors';
import type { KindInput } from './kind.js';

/** An option that a kind cannot follow is an error, not ignored. @throws {SteeringError} ERR_USAGE */
export function refuseOptions(input: KindInput, kind: string, options: readonly ('mults' | 'facet' | 'color')[]): void {
	const given = options.find((option) => input[option] !== undefined);
	if (given === undefined) return;
	throw new SteeringError('ERR_USAGE', `--${given} makes no sense with --kind ${kind}`, { hint: `drop --${given}` });
}
