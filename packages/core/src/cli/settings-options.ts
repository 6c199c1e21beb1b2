import { type Command, Option } from 'commander';
import type { ZodType } from 'zod';
import { SteeringError } from '../errors/index.js';
import { parseSettings, type Settings, type SettingsInput, settingsSchema } from '../settings/index.js';
import { parseNumber } from './number-arguments.js';

type Key = keyof Settings;

/** What vectors depend on: the flags of the reference's generate_vectors. The others say how they are applied. */
const VECTOR_KEYS: readonly Key[] = ['model', 'dataset', 'behavior', 'residual', 'logit', 'scrub'];
const ALL_KEYS: readonly Key[] = [...VECTOR_KEYS, 'layer', 'temp', 'leace', 'toks'];

/** These two depend on the machine and the model; the others have the schema's defaults. */
const DEFAULTS: Partial<Record<Key, string>> = {
	model: ' (default: STEERING_MODEL, else organism)',
	layer: " (default: the model's)",
};

/** Adds the flags of Settings, by their names in the schema; `vectorsOnly` leaves out what vectors do not depend on. */
export function addSettingsOptions(command: Command, { vectorsOnly = false } = {}): Command {
	for (const key of vectorsOnly ? VECTOR_KEYS : ALL_KEYS) {
		// Taken, so that it can be refused in its own words.
		command.addOption(settingsOption(key).hideHelp(vectorsOnly && key === 'scrub'));
	}
	return command;
}

function settingsOption(key: Key): Option {
	const { description = '' } = settingsSchema.shape[key];
	const { type, values, nullable, initial } = describe(settingsSchema.shape[key]);
	if (type === 'boolean') return new Option(`--${key}`, description);
	const option = new Option(`--${key} <${key}>`, description + (DEFAULTS[key] ?? ''));
	if (values) option.choices(nullable ? [...values, 'none'] : values);
	if (type === 'number') option.argParser((text) => parseNumber(`--${key}`, text));
	return initial === null || key in DEFAULTS ? option : option.default(initial);
}

/** What is under the wrappers of a schema. */
function describe(schema: ZodType): { type: string; values?: string[]; nullable: boolean; initial: unknown } {
	let inner = schema as ZodType & { unwrap?: () => ZodType; options?: string[] };
	let nullable = false;
	while (inner.unwrap) {
		nullable ||= inner.def.type === 'nullable';
		inner = inner.unwrap() as typeof inner;
	}
	const { type } = inner.def;
	const initial = schema.parse(undefined);
	return type === 'enum' && inner.options
		? { type, values: inner.options, nullable, initial }
		: { type, nullable, initial };
}

export type SettingsDefaults = {
	defaultModel: string;
	/** The registry's layer for a model: a decoder layer, or with `residual` a sub-layer. */
	defaultLayer: (model: string, residual: boolean) => number | 'all';
	/** As given to {@link addSettingsOptions}: the layer is then `all`, since vectors are made for every layer. */
	vectorsOnly?: boolean;
};

/**
 * The Settings that a command's options ask for; other options are left alone.
 *
 * @throws SteeringError ERR_USAGE naming the flags.
 */
export function settingsFromOptions(options: Record<string, unknown>, defaults: SettingsDefaults): Settings {
	const given = Object.fromEntries(
		ALL_KEYS.filter((key) => key in options).map((key) => [key, givenValue(options[key])]),
	);
	const model = String(given.model ?? defaults.defaultModel);
	if (defaults.vectorsOnly && given.scrub) {
		throw new SteeringError('ERR_USAGE', '--scrub has no vectors to generate', {
			hint: 'scrubbing makes its own while steering: give --scrub to steer',
		});
	}
	const layer = defaults.vectorsOnly
		? 'all'
		: (layerOf(given.layer) ?? defaults.defaultLayer(model, given.residual === true));
	return parseSettings({ ...given, model, layer } as SettingsInput);
}

function givenValue(option: unknown): unknown {
	return option === 'none' ? null : option;
}

/** A layer that is no number is left for the schema to refuse. */
function layerOf(text: unknown): unknown {
	return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text;
}
