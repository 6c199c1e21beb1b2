import { SteeringError } from '@steering/core/errors';
import type { KindInput, SettingsKey } from './kind.js';

/** An option that a kind cannot follow is an error, not ignored. @throws {SteeringError} ERR_USAGE */
export function refuseOptions(input: KindInput, kind: string, options: readonly ('mults' | 'facet' | 'color')[]): void {
	const given = options.find((option) => input[option] !== undefined);
	if (given === undefined) return;
	throw new SteeringError('ERR_USAGE', `--${given} makes no sense with --kind ${kind}`, { hint: `drop --${given}` });
}

/** The same for flags of settings that what a kind draws does not depend on. @throws {SteeringError} ERR_USAGE */
export function refuseKeys({ filter }: KindInput, kind: string, keys: readonly SettingsKey[]): void {
	const given = keys.find((key) => key in filter);
	if (given === undefined) return;
	throw new SteeringError('ERR_USAGE', `--${given} makes no sense with --kind ${kind}`, { hint: `drop --${given}` });
}
