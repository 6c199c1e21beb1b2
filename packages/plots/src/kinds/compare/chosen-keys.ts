import type { NamedSettings } from '@steering/core/settings';
import { valueWords } from '../../drawing/settings-values.js';
import type { SettingsKey } from '../kind.js';

/** Panels that a picture chooses by itself, and lines in them that can be told apart at a glance. */
const FEW = 6;

/** What a picture that compares settings has panels and lines for. */
export interface ChosenKeys {
	facet: SettingsKey | undefined;
	/** A line for each combination of their values: together with `facet` they tell any two settings apart. */
	lines: SettingsKey[];
}

/** Keys in which settings differ, in the schema's order. */
export function differingKeys(all: readonly NamedSettings[]): SettingsKey[] {
	const keys = Object.keys(all[0] ?? {}) as SettingsKey[];
	return keys.filter((key) => countOf(all, [key]) > 1);
}

/**
 * Panels for the behavior where it differs, else for the key that leaves few lines to a panel; lines for what is left.
 * @param asked keys that were asked for, which are kept
 */
export function chooseKeys(
	all: readonly NamedSettings[],
	asked: { facet?: SettingsKey | undefined; color?: SettingsKey | undefined },
): ChosenKeys {
	const differing = differingKeys(all).filter((key) => key !== asked.color && key !== asked.facet);
	const facet = asked.facet ?? chooseFacet(all, differing, asked.color);
	const rest = differing.filter((key) => key !== facet);
	return { facet, lines: asked.color ? [asked.color, ...rest] : rest };
}

function chooseFacet(all: readonly NamedSettings[], differing: SettingsKey[], color: SettingsKey | undefined) {
	const lineKeys = (facet: SettingsKey) => [...(color ? [color] : []), ...differing.filter((key) => key !== facet)];
	const candidates = differing.filter((key) => lineKeys(key).length > 0 && countOf(all, [key]) <= FEW);
	if (candidates.includes('behavior')) return 'behavior';
	const crowd = (facet: SettingsKey) => Math.max(FEW, countOf(all, lineKeys(facet)));
	return candidates.sort((a, b) => crowd(a) - crowd(b) || countOf(all, [a]) - countOf(all, [b]))[0];
}

/** Every key that settings of the picture differ in. */
export const keysOf = ({ facet, lines }: ChosenKeys): SettingsKey[] => [...(facet ? [facet] : []), ...lines];

/** How many combinations of values there are. */
export const countOf = (all: readonly NamedSettings[], keys: readonly SettingsKey[]): number =>
	new Set(all.map((settings) => wordsOf(settings, keys))).size;

/** The values of keys in words, which say what line or panel settings belong to. */
export const wordsOf = (settings: NamedSettings, keys: readonly SettingsKey[]): string =>
	keys.map((key) => valueWords(key, settings)).join(', ');

/** By value: nothing first, then numbers, then words. */
export function compareBy(keys: readonly SettingsKey[]): (a: NamedSettings, b: NamedSettings) => number {
	return (a, b) => keys.map((key) => compareValues(a[key], b[key])).find((order) => order !== 0) ?? 0;
}

function compareValues(a: unknown, b: unknown): number {
	if (a === b) return 0;
	if (a === null || b === null) return a === null ? -1 : 1;
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
	return `${a}` < `${b}` ? -1 : 1;
}
