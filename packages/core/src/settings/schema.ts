import { z } from 'zod';

/** Data set kinds, in the reference's words (SPEC 1.1). */
export const DATASETS = ['prompts', 'caa', 'opencon', 'abcon', 'ab', 'openr', 'open'] as const;
/** Behaviors of the CAA data sets; no behavior (null) means refusal of harmful requests. */
export const BEHAVIORS = [
	'coordinate-other-ais',
	'corrigible-neutral-HHH',
	'hallucination',
	'myopic-reward',
	'refusal',
	'survival-instinct',
	'sycophancy',
] as const;
/** Erasers and editors that run before, or instead of, adding the vector (SPEC 1.5, 1.6). */
export const LEACE_METHODS = ['leace', 'orth', 'quad', 'quadlda'] as const;
/** Token masks; the last prompt token belongs to `after` (SPEC 1.8). */
export const TOKS = ['before', 'after'] as const;

export type Dataset = (typeof DATASETS)[number];
export type Behavior = (typeof BEHAVIORS)[number];
export type LeaceMethod = (typeof LEACE_METHODS)[number];
export type Toks = (typeof TOKS)[number];

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
	return z.enum(values, { error: ({ input }) => `${JSON.stringify(input)} is not one of ${values.join(', ')}` });
}

const layerError = ({ input }: { input?: unknown }) =>
	`${JSON.stringify(input)} is neither a layer number from 0 nor all`;
const layer = z.union([z.int().min(0, { error: layerError }), z.literal('all')], { error: layerError });

/**
 * What is steered and how: the reference's Settings with the defaults of its command line (llama3, layer 15).
 * `layer` counts decoder layers, or with `residual` sub-layers (2l = attention, 2l+1 = MLP; SPEC 1.2). `temp` 0 is greedy.
 * The descriptions are the help texts of the flags.
 */
export const settingsSchema = z.strictObject({
	model: z
		.string()
		.min(1, 'is empty')
		.regex(/^[^\p{Cc}]*$/u, 'contains control characters')
		.default('llama3')
		.describe('model: registry name, folder, GGUF file or hub id'),
	dataset: oneOf(DATASETS).default('prompts').describe('data set the vectors come from'),
	behavior: oneOf(BEHAVIORS).nullable().default(null).describe('behavior, with ab, openr or open'),
	residual: z.boolean().default(false).describe('steer what attention and MLP add to the residual stream'),
	logit: z.boolean().default(false).describe('vector from the log-odds of the answer tokens, with ab or abcon'),
	layer: layer.default(15).describe('layer number, or all'),
	scrub: z.boolean().default(false).describe('erase layer by layer, with --residual --layer all'),
	temp: z
		.number({ error: 'is not a finite number' })
		.min(0, 'is below 0')
		.default(1.5)
		.describe('sampling temperature; 0 is greedy'),
	leace: oneOf(LEACE_METHODS).nullable().default(null).describe('eraser or editor of the concept'),
	toks: oneOf(TOKS).nullable().default(null).describe('steer only before, or from, the last prompt token'),
});

export type Settings = z.output<typeof settingsSchema>;
export type SettingsInput = z.input<typeof settingsSchema>;

/** What file names hold: any combination, and a `layer` that may be left out, as in the reference's own dataclass. */
export const namedSettingsSchema = settingsSchema.extend({ layer: layer.nullable().default(null) });
export type NamedSettings = z.output<typeof namedSettingsSchema>;
