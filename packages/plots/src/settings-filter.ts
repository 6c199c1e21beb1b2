import { join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { modelLabel, type NamedSettings, type Settings, settingsSchema } from '@steering/core/settings';

/** Values that settings must have; any value of a key that is left out. */
export type SettingsFilter = Partial<NamedSettings>;

/**
 * The filter that options of the given keys ask for: each value is checked, their combination is not.
 * @throws {SteeringError} ERR_USAGE naming the flag
 */
export function parseFilter(options: Record<string, unknown>, keys: readonly (keyof Settings)[]): SettingsFilter {
	return Object.fromEntries(keys.map((key) => [key, parseValue(key, options[key])]));
}

function parseValue(key: keyof Settings, option: unknown): unknown {
	const value = option === 'none' ? null : key === 'layer' && /^\d+$/.test(`${option}`) ? Number(option) : option;
	const result = settingsSchema.shape[key].safeParse(value);
	if (result.success) return result.data;
	throw new SteeringError('ERR_USAGE', `--${key} ${result.error.issues[0]!.message}`, { cause: result.error });
}

const keysOf = (filter: SettingsFilter) => Object.keys(filter) as (keyof NamedSettings)[];

/** A model is told by its name: names of files hold no more of it. */
const shown = (key: keyof NamedSettings, value: unknown) =>
	value === null ? 'none' : key === 'model' ? modelLabel(`${value}`) : `${value}`;

export function matches(settings: NamedSettings, filter: SettingsFilter): boolean {
	return keysOf(filter).every((key) => shown(key, settings[key]) === shown(key, filter[key]));
}

/** Response files, and none that the filter lets through: says by which flag, and what there is instead. */
export function nothingMatches(
	filter: SettingsFilter,
	all: readonly NamedSettings[],
	artifacts: string,
): SteeringError {
	const keys = keysOf(filter);
	const alone = keys.find((key) => !all.some((settings) => matches(settings, { [key]: filter[key] })));
	const flags = filterFlags(alone ? { [alone]: filter[alone] } : filter);
	const found = (alone ? [alone] : keys).map((key) => `${key} ${valuesOf(key, all)}`).join('; ');
	return new SteeringError('ERR_MISSING_INPUT', `no responses with${flags} in ${join(artifacts, 'responses')}`, {
		hint: alone ? `there are: ${found}` : `each is there, but not together; there are: ${found}`,
	});
}

/** The flags that ask for it, each after a space: what hints and errors say. */
export function filterFlags(filter: SettingsFilter): string {
	const value = (key: keyof NamedSettings) => (filter[key] === true ? '' : ` ${shown(key, filter[key])}`);
	return keysOf(filter)
		.map((key) => ` --${key}${value(key)}`)
		.join('');
}

function valuesOf(key: keyof NamedSettings, all: readonly NamedSettings[]): string {
	const values = [...new Set(all.map((settings) => shown(key, settings[key])))];
	return values.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).join(', ');
}
