import type { NamedSettings } from './schema.js';

/** The flags that name these settings on every command's line: "--model organism --layer 3". */
export function settingsFlags(settings: NamedSettings): string {
	const { model, dataset, behavior, residual, logit, scrub, layer, temp, leace, toks } = settings;
	return flagsOf({ model, dataset, behavior, residual, logit, scrub, layer, temp, leace, toks });
}

/**
 * The line that makes the vectors of these settings, with the activations or the erasers beside them, for all layers. `data` as
 * it was given, if it was.
 */
export function generateCommand(settings: NamedSettings, { data }: { data?: string | undefined } = {}): string {
	const { model, dataset, behavior, residual, logit } = settings;
	return `pnpm generate-vectors ${flagsOf({ model, dataset, behavior, residual, logit, data })}`;
}

function flagsOf(values: Record<string, string | number | boolean | null | undefined>): string {
	return Object.entries(values)
		.filter(([, value]) => value !== null && value !== undefined && value !== false)
		.map(([key, value]) => (value === true ? `--${key}` : `--${key} ${quoted(`${value}`)}`))
		.join(' ');
}

const quoted = (value: string) => (/^[\w@%+=:,./~-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`);
