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
import { ScanCache } from './responses/scan-cache.js';
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
	/** Only these settings; of `mean-band` alone. Default: every settings with scored responses. */
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
 * responses. A file that cannot be plotted is left out of its picture, and named in the error at the end.
 * @throws {SteeringError} ERR_MISSING_INPUT when nothing is scored, ERR_BAD_FILE for a file that cannot be plotted
 */
export function drawPlots(options: PlotOptions = {}): Promise<PlotFile[]> {
	return drawRound(options, { drawn: new Map() });
}

/** What rounds over the same folders need not do again. */
export interface Rounds {
	cache?: ScanCache;
	/** By name of each picture that is drawn: what it was made of. */
	drawn: Map<string, string>;
}

/** {@link drawPlots}, less the pictures that an earlier round drew of the same content. Returns those it drew. */
export async function drawRound(options: PlotOptions, rounds: Rounds): Promise<PlotFile[]> {
	const { onNote = () => {}, signal, mults, facet, color, filter = {} } = options;
	const { artifacts, folder } = foldersOf(options);
	const { kind = 'mean-band', theme: themeName = 'light' } = options;
	checkKeys(kind, options);
	if (options.settings && kind !== 'mean-band') {
		const hint = 'give the values that matter as a filter';
		throw new SteeringError('ERR_USAGE', `--kind ${kind} draws no one settings`, { hint });
	}
	const theme = THEMES[themeName];
	const problems: SteeringError[] = [];
	const onProblem = (problem: SteeringError) => problems.push(problem);
	let found: ResponseSet[] | undefined;
	// Read when asked for: not every kind needs response files, or one at each multiplier.
	const sets = async () => {
		found ??= await findResponseSets(artifacts, onProblem);
		return chosen(found, options, artifacts);
	};
	const scored = async () => {
		const asked = await sets();
		rounds.cache ??= await ScanCache.open(folder);
		rounds.cache.keepOnly(found!.flatMap(({ files }) => files.map(({ path }) => path)));
		return readScoredSets(asked, { cache: rounds.cache, signal, onNote, onProblem });
	};
	const draw = await PLOT_KINDS[kind]();
	const asked = { artifacts, selects: selectorOf(options), filter, mults, facet, color };
	const pictures = await draw({ ...asked, scored, signal, onNote, onProblem });
	const plots: PlotFile[] = [];
	for (const picture of pictures) {
		signal?.throwIfAborted();
		const content = JSON.stringify([picture.spec(theme), picture.figures]);
		if (rounds.drawn.get(picture.name) === content) continue;
		const plot = await writePicture(picture, folder, theme);
		rounds.drawn.set(picture.name, content);
		plots.push(plot);
		options.onPlot?.(plot);
	}
	if (problems.length > 0) throw summary(problems, pictures.length, onNote);
	if (pictures.length === 0) throw nothingDrawn(await sets(), found!, options, artifacts);
	return plots;
}

/** Where responses are and pictures go. */
export function foldersOf({ root = '', artifacts, plots }: PlotOptions): { artifacts: string; folder: string } {
	return { artifacts: artifacts ?? join(root, 'artifacts'), folder: plots ?? join(root, 'plots') };
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

function nothingDrawn(
	sets: readonly ResponseSet[],
	found: readonly ResponseSet[],
	options: PlotOptions,
	artifacts: string,
): SteeringError {
	const { filter } = options;
	if (!filter || found.length === 0 || sets.length > 0) return nothingScored(artifacts, sets, options);
	const all = found.map(({ settings }) => settings);
	return nothingMatches(filter, all, artifacts);
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
