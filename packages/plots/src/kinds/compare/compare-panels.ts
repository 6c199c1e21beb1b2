import type { NamedSettings } from '@steering/core/settings';
import type { PictureFigure } from '../../picture/picture.js';
import type { Figure } from '../../responses/figures.js';
import type { ScoredSet } from '../../responses/scored-sets.js';
import { type ChosenKeys, keysOf, wordsOf } from './chosen-keys.js';

/** Panels of judges' scores beside each other; harmful and harmless prompts make two as well. */
const COLUMNS = 2;

/** One plotting area: figures of one label, of settings with one value of the facet key. */
export interface ComparePanel {
	/** The facet's value in words, if there is one. */
	facet: string | undefined;
	label: Figure['label'];
	/** By line, in the order of the picture's lines; lines without figures here are left out. */
	lines: { words: string; figures: PictureFigure[] }[];
}

/** The panels, in rows: harmful beside harmless prompts, then what judges scored from 0 to 10, on an axis of its own. */
export function comparePanels(sets: readonly ScoredSet[], keys: ChosenKeys): ComparePanel[][] {
	const { facet } = keys;
	const facets = facet ? [...new Set(sets.map(({ settings }) => wordsOf(settings, [facet])))] : [undefined];
	// A data set of vectors is not the prompts that were steered.
	const titled = (value: string | undefined) => (facet === 'dataset' ? `vectors of ${value}` : value);
	const rows: ComparePanel[][] = [];
	const judged: ComparePanel[] = [];
	for (const value of facets) {
		const inside = sets.filter(({ settings }) => !facet || wordsOf(settings, [facet]) === value);
		const of = (label: Figure['label'], some: ScoredSet[]) => panelOf(titled(value), label, some, keys);
		const [refusal, scored] = [inside.filter(isRefusal), inside.filter((set) => !isRefusal(set))];
		if (refusal.length > 0) rows.push([of('harmful', refusal), of('harmless', refusal)]);
		if (scored.length > 0) judged.push(of(null, scored));
	}
	for (let at = 0; at < judged.length; at += COLUMNS) rows.push(judged.slice(at, at + COLUMNS));
	return rows;
}

const isRefusal = ({ settings }: { settings: NamedSettings }) => settings.behavior === null;

function panelOf(
	facet: string | undefined,
	label: Figure['label'],
	sets: readonly ScoredSet[],
	keys: ChosenKeys,
): ComparePanel {
	const lines = sets.map(({ settings, files }) => {
		const of = wordsOf(settings, keysOf(keys));
		const figures = files.flatMap((file) => file.figures.filter((figure) => figure.label === label));
		return { words: wordsOf(settings, keys.lines), figures: figures.map((figure) => ({ ...figure, of })) };
	});
	return { facet, label, lines };
}
