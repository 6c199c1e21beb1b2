import { basename, join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { type NamedSettings, pythonFloat, responsePath, settingsFlags, settingsLabel } from '@steering/core/settings';
import type { ResponseSet } from './responses/response-files.js';

interface Wanted {
	settings?: NamedSettings | undefined;
	mults?: readonly number[] | undefined;
}

/**
 * Nothing to draw: says whether replies or only their scores are missing, and which commands make them.
 * @param found the response files that were asked for, none of them scored
 */
export function nothingScored(
	artifacts: string,
	found: readonly ResponseSet[],
	{ settings, mults }: Wanted,
): SteeringError {
	const flags = commandFlags(settings, mults);
	const whose = settings ? ` of ${settingsLabel(settings)}` : '';
	const where = mults
		? ` at ${mults.length === 1 ? 'multiplier' : 'multipliers'} ${mults.map(pythonFloat).join(' ')}`
		: '';
	const evaluate = `\`pnpm eval${commandFlags(settings)}\``;
	const unscored = found.some(({ files }) => files.length > 0);
	return new SteeringError(
		'ERR_MISSING_INPUT',
		`no scored responses${whose}${where} in ${join(artifacts, 'responses')}`,
		{
			hint: unscored ? `score them with ${evaluate}` : `make them with \`pnpm steer${flags}\`, then ${evaluate}`,
		},
	);
}

/** A multiplier asked for by name that was never run. */
export function missingMultiplier(settings: NamedSettings, mult: number, artifacts: string): SteeringError {
	const path = join(artifacts, 'responses', basename(responsePath(settings, mult)));
	return new SteeringError('ERR_MISSING_INPUT', `no responses at multiplier ${pythonFloat(mult)} (${path})`, {
		hint: `make them with \`pnpm steer${commandFlags(settings, [mult])}\`, then \`pnpm eval${commandFlags(settings)}\``,
	});
}

function commandFlags(settings: NamedSettings | undefined, mults: readonly number[] = []): string {
	const flags = [...(settings ? [settingsFlags(settings)] : []), ...(mults.length > 0 ? ['--mults', ...mults] : [])];
	return flags.map((flag) => ` ${flag}`).join('');
}
