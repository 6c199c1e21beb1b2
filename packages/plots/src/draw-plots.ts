import { join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { type NamedSettings, plotPath } from '@steering/core/settings';
import { THEMES, type ThemeName } from './drawing/theme.js';
import { FACETED_KINDS, PLOT_KINDS, type PlotKindName } from './kinds/index.js';
import type { SettingsKey } from './kinds/kind.js';
import { missingMultiplier, nothingScored } from './missing-input.js';
import type { PlotFile } from './picture/picture.js';
import { writePicture } from './picture/write-picture.js';
import { findResponseSets, type ResponseSet } from './responses/response-files.js';
import { readScoredSets } from './responses/scored-sets.js';
import { matches, nothingMatches, type SettingsFilter } from './settings-filter.js';

export interface PlotOptions {
	/** The folder that holds artifacts/ and plots/. Default: the working directory. */
	root?: string | undefined;
	/** The folder of responses/, where it is another than ROOT/artifacts. */
	artifacts?: string | undefined;
	/** Where pictures go, if not to ROOT/plots. */
	plots?: string | undefined;
	/** Default: `mean-band`, the reference's picture. */
	kind?: PlotKindName | undefined;
	/** Only these settings. Default: every settings with scored responses. */
	settings?: NamedSettings | undefined;
	/** Only settings with these values. Default: every settings with scored responses. */
	filter?: SettingsFilter | undefined;
	/** Only these multipliers. Default: all that are scored. */
	mults?: readonly number[] | undefined;
	/** Settings key with a panel for each of its values, for kinds that compare settings. Default: chosen by the kind. */
	facet?: SettingsKey | undefined;
	/** Settings key with a line for each of its values, likewise. */
	color?: SettingsKey | undefined;
	/** Default: light. */
	theme?: ThemeName | undefined;
	signal?: AbortSignal | undefined;
	/** Told of each picture as it lands. */
	onPlot?: ((plot: PlotFile) => void) | undefined;
	/** Told what is left out, and why: files not scored yet, and what could not be drawn. */
	onNote?: ((note: string) => void) | undefined;
}

/**
 * Draws pictures of one kind: by default the reference's (SPEC 1.12) for one settings, or for each that has scored
 * responses. What is wrong with one picture's files does not keep the others from being drawn; it is thrown at the end.
 * @throws {SteeringError} ERR_MISSING_INPUT when nothing is scored, ERR_BAD_FILE for a file that cannot be plotted
 */
export async function drawPlots(options: PlotOptions = {}): Promise<PlotFile[]> {
	const {
		root = '',
		artifacts = join(root, 'artifacts'),
		plots: folder = join(root, 'plots'),
		kind = 'mean-band',
		theme = 'light',
		onNote = () => {},
		signal,
		mults,
		facet,
		color,
	} = options;
	checkKeys(kind, options);
	const problems: SteeringError[] = [];
	const onProblem = (problem: SteeringError) => problems.push(problem);
	const selects = selectorOf(options);
	const all = await findResponseSets(artifacts, onProblem);
	const sets = chosen(all, options, artifacts);
	const draw = await PLOT_KINDS[kind]();
	const scored = () => readScoredSets(sets, { signal, onNote, onProblem });
	const plots: PlotFile[] = [];
	for (const picture of await draw({ artifacts, selects, mults, facet, color, scored, signal, onNote })) {
		signal?.throwIfAborted();
		const plot = await writePicture(picture, folder, THEMES[theme]);
		plots.push(plot);
		options.onPlot?.(plot);
	}
	if (problems.length > 0) throw summary(problems, plots.length, onNote);
	if (plots.length === 0 && options.filter && all.length > 0 && sets.length === 0)
		throw nothingMatches(
			options.filter,
			all.map(({ settings }) => settings),
			artifacts,
		);
	if (plots.length === 0) throw nothingScored(artifacts, sets, options);
	return plots;
}

/** Settings that make the same picture are the same settings. */
function selectorOf({ settings: wanted, filter = {} }: PlotOptions): (settings: NamedSettings) => boolean {
	const path = wanted && plotPath(wanted);
	return (settings) => (path === undefined || plotPath(settings) === path) && matches(settings, filter);
}

function checkKeys(kind: PlotKindName, keys: Pick<PlotOptions, 'facet' | 'color'>): void {
	const given = (['facet', 'color'] as const).filter((key) => keys[key] !== undefined);
	if (given.length > 0 && !FACETED_KINDS.includes(kind)) {
		const hint = `--facet and --color are for --kind ${FACETED_KINDS.join(' and ')}`;
		throw new SteeringError('ERR_USAGE', `--${given[0]} does not go with --kind ${kind}`, { hint });
	}
	if (given.length === 2 && keys.facet === keys.color) {
		const hint = 'name another key for one of them';
		throw new SteeringError('ERR_USAGE', `--facet and --color are both ${keys.facet}`, { hint });
	}
}

function chosen(all: readonly ResponseSet[], options: PlotOptions, artifacts: string): ResponseSet[] {
	const { settings, mults } = options;
	const selects = selectorOf(options);
	const sets = all.filter((set) => selects(set.settings));
	if (!mults) return sets;
	if (settings && sets.length > 0) {
		const missing = mults.find((mult) => !sets[0]!.files.some((file) => file.mult === mult));
		if (missing !== undefined) throw missingMultiplier(settings, missing, artifacts);
	}
	return sets.map((set) => ({ ...set, files: set.files.filter(({ mult }) => mults.includes(mult)) }));
}

/** One problem speaks for itself; of several each is noted, and the error counts them. */
function summary(problems: readonly SteeringError[], drawn: number, onNote: (note: string) => void): SteeringError {
	if (problems.length === 1) return problems[0]!;
	for (const problem of problems) onNote(problem.message);
	return new SteeringError(
		'ERR_BAD_FILE',
		`${problems.length} files could not be plotted, ${drawn} pictures were drawn`,
		{
			hint: 'each is named above',
			cause: problems[0],
		},
	);
}
