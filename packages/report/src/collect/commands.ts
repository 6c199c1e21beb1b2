import type { Manifest } from '@steering/core/artifacts';
import { PRECISIONS } from '@steering/core/cli';
import { generateCommand, type NamedSettings, namedSettingsSchema, settingsFlags } from '@steering/core/settings';
import { z } from 'zod';
import { isScored, type ReadExperiment, type ReadFile } from './read-experiments.js';

/** What of a manifest of `steer` and `eval` says which flags were given. */
const runSchema = z.object({
	seed: z.int().optional(),
	model: z.object({ precision: z.enum(PRECISIONS) }).optional(),
	sampling: z
		.object({
			topK: z.int().min(0),
			topP: z.number().gt(0).max(1),
			maxNewTokens: z.int().min(1),
			repeats: z.int().min(1),
		})
		.partial()
		.optional(),
	trivial: z.boolean().optional(),
	bias: z.boolean().optional(),
	judge: z.object({ kind: z.string(), name: z.string() }).optional(),
});
type Run = z.output<typeof runSchema>;

/** The default of `pnpm eval --port`: manifests have a judge server's name, not its address. */
const JUDGE_PORT = 8005;

/** Measures, as files name them, and what of `pnpm eval --measure` makes them. */
const MEASURE_FLAGS: Record<string, string> = { repetition: 'fluency', self_ppl: 'fluency' };

/** Shell commands that make the files of one settings again, in order; what was made alike is one command. */
export function reproducingCommands(read: ReadExperiment): string[] {
	const settings = settingsOf(read);
	const { files } = read;
	const flags = settingsFlags(settings);
	const scored = files.filter(({ items }) => items.some(isScored));
	const measured = files.filter(({ measures }) => measures.length > 0);
	return [
		// Scrubbing makes its own vectors while steering.
		...(settings.scrub ? [] : [generateCommand(settings)]),
		...grouped(`pnpm steer ${flags}`, files, steerFlags),
		...grouped(`pnpm eval ${flags}`, scored, judgeFlags),
		...grouped(`pnpm eval ${flags}`, measured, measureFlags),
		...(scored.length > 0 ? [`pnpm plots ${flags}`] : []),
	];
}

/** Names spell a model by its last component; manifests have it as it was given. */
export function settingsOf({ settings, files }: ReadExperiment): NamedSettings {
	for (const { manifest } of files) {
		const parsed = namedSettingsSchema.safeParse(manifest?.settings);
		if (parsed.success) return parsed.data;
	}
	return settings;
}

/** One command for the multipliers of the same flags. */
function grouped(command: string, files: readonly ReadFile[], flagsOf: (file: ReadFile) => string): string[] {
	const groups = new Map<string, number[]>();
	for (const file of files) {
		const flags = flagsOf(file);
		groups.set(flags, [...(groups.get(flags) ?? []), file.mult]);
	}
	return [...groups].map(([flags, mults]) => `${command} --mults ${mults.join(' ')} ${flags}`.trimEnd());
}

function steerFlags(file: ReadFile): string {
	const { seed, model, sampling, trivial, bias } = runOf(file);
	const values = {
		prompts: promptsOf(file),
		repeats: sampling?.repeats ?? file.items[0]?.responses.length,
		'max-new-tokens': sampling?.maxNewTokens,
		'top-k': sampling?.topK,
		'top-p': sampling?.topP,
		seed,
		precision: model?.precision,
	};
	const flags = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [`--${key} ${value}`]));
	return [...flags, ...(trivial ? ['--trivial'] : []), ...(bias ? ['--bias'] : [])].join(' ');
}

/** `--prompts` counts those of one label. */
function promptsOf({ items }: ReadFile): number | undefined {
	const labelled = items.filter(({ label }) => label === 'harmful').length;
	return labelled || items.length || undefined;
}

function judgeFlags(file: ReadFile): string {
	const { judge } = runOf(file);
	if (!judge) return '';
	return `--judge-model ${shellQuoted(judge.name)}${judge.kind === 'server' ? ` --port ${JUDGE_PORT}` : ''}`;
}

function measureFlags({ measures }: ReadFile): string {
	return `--measure ${[...new Set(measures.map(({ name }) => MEASURE_FLAGS[name] ?? name))].join(' ')}`;
}

function runOf({ manifest }: { manifest: Manifest | undefined }): Run {
	const parsed = runSchema.safeParse(manifest);
	return parsed.success ? parsed.data : {};
}

const shellQuoted = (value: string) =>
	/^[\w@%+=:,./~-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
