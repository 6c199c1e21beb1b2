import { basename } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import type { NamedSettings } from '@steering/core/settings';
import type { Picture } from '../../picture/picture.js';
import { figureRows } from '../../responses/figures-table.js';
import type { ScoredSet } from '../../responses/scored-sets.js';
import type { KindInput } from '../kind.js';
import { type ChosenKeys, chooseKeys, compareBy, countOf, differingKeys, keysOf, wordsOf } from './chosen-keys.js';
import { comparePanels } from './compare-panels.js';
import { compareSpec } from './compare-spec.js';
import { compareName } from './compare-words.js';
import { MOST_LINES } from './line-styles.js';

/** Rows of a picture: more is a wall. */
const MOST_PANELS = 12;

/** All settings that are asked for in one picture. */
export async function comparePictures({ scored, facet, color }: KindInput): Promise<Picture[]> {
	const sets = await scored();
	if (sets.length === 0) return [];
	const keys = chooseKeys(settingsOf(sets), { facet, color });
	const ordered = [...sets].sort((a, b) => compareBy(keysOf(keys))(a.settings, b.settings));
	checkCrowd(settingsOf(ordered), keys);
	return [pictureOf(ordered, keys)];
}

const settingsOf = (sets: readonly ScoredSet[]) => sets.map(({ settings }) => settings);

function pictureOf(sets: readonly ScoredSet[], keys: ChosenKeys): Picture {
	const all = settingsOf(sets);
	const sources = sets.flatMap(({ files }) => files.map(({ path }) => basename(path)));
	const usermeta = { kind: 'compare', settings: all, sources, facet: keys.facet ?? null, lines: keys.lines };
	const rows = comparePanels(sets, keys);
	return {
		name: compareName(all, keys),
		settings: all,
		figures: rows.flat().flatMap(({ lines }) => lines.flatMap(({ figures }) => figures)),
		table: tableOf(sets),
		spec: (theme) => compareSpec(all, rows, usermeta, theme),
	};
}

const figuresOf = ({ files }: ScoredSet) => files.flatMap((file) => file.figures);

/** The figures, each with the values in which its settings differ from others. */
function tableOf(sets: readonly ScoredSet[]): Picture['table'] {
	const differing = differingKeys(settingsOf(sets));
	return sets.flatMap((set) => {
		const values = differing.map((key) => [key, String(set.settings[key] ?? 'none')]);
		return figureRows(figuresOf(set)).map((row) => ({ ...Object.fromEntries(values), ...row }));
	});
}

function checkCrowd(all: readonly NamedSettings[], { facet, lines }: ChosenKeys): void {
	const panels = facet ? countOf(all, [facet]) : 1;
	if (facet && panels > MOST_PANELS) {
		throw crowded(`${panels} panels, one for each ${facet}`, MOST_PANELS, `narrow with --${facet} VALUE`);
	}
	const count = new Set(all.map((settings) => wordsOf(settings, lines))).size;
	if (count <= MOST_LINES) return;
	const narrow = lines.map((key) => `--${key} VALUE`).join(' or ');
	const sweep = lines.includes('layer') ? ', or draw the layers with --kind layers or --kind heatmap' : '';
	const spread = lines.length > 1 ? `, or spread them with --facet ${lines.join(' or ')}` : '';
	throw crowded(
		`${count} lines that differ in ${lines.join(', ')}`,
		MOST_LINES,
		`narrow with ${narrow}${spread}${sweep}`,
	);
}

const crowded = (what: string, most: number, hint: string) =>
	new SteeringError('ERR_USAGE', `one picture would have ${what}: it holds ${most}`, { hint });
