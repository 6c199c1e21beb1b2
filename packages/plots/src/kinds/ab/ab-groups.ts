import { basename } from 'node:path';
import type { MeasureRecord } from '@steering/core/artifacts';
import { type NamedSettings, plotPath, settingsLabel, vecPath } from '@steering/core/settings';
import { behaviorWord } from '../../drawing/settings-words.js';
import type { MeasureSet } from '../../responses/measure-files.js';

/** A probability with its 95% bootstrap interval, at one multiplier. */
export interface AbPoint {
	mult: number;
	value: number;
	/** Absent where the file has none. */
	interval?: [number, number] | undefined;
	n: number;
}

/** One line: one settings. */
export interface AbLine {
	settings: NamedSettings;
	label: string;
	points: AbPoint[];
	/** With vectors of random direction; empty where that was not measured. */
	random: AbPoint[];
	sources: string[];
}

/** Lines that belong into one picture. */
export interface AbGroup {
	name: string;
	/** What they share, the rest at its default. */
	settings: NamedSettings;
	by: 'behavior' | 'layer' | 'settings' | 'one';
	lines: AbLine[];
}

export function abLine({ settings, files }: MeasureSet, onNote: (note: string) => void): AbLine | undefined {
	const line: AbLine = { settings, label: '', points: [], random: [], sources: [] };
	for (const { mult, path, content } of files) {
		const { ab } = content.measures;
		if (!ab) continue;
		if (ab.value === null) {
			onNote(`${path}: ab is no finite number, left out`);
			continue;
		}
		line.points.push(pointOf(mult, ab.value, ab));
		const random = content.baselines.random?.ab;
		if (random && random.value !== null) line.random.push(pointOf(mult, random.value, random));
		line.sources.push(basename(path));
	}
	return line.points.length > 0 ? line : undefined;
}

function pointOf(mult: number, value: number, { interval, n }: MeasureRecord): AbPoint {
	return { mult, value, n, ...(interval ? { interval } : {}) };
}

/**
 * Lines of one model that differ in the behavior alone go into one picture; of the others those that differ in the layer alone;
 * of the rest those of the same data set and behavior.
 */
export function groupLines(lines: readonly AbLine[]): AbGroup[] {
	const [behaviors, others] = severalBy(lines, (settings) => plotPath({ ...settings, behavior: null }));
	const [layers, rest] = severalBy(others, (settings) => plotPath({ ...settings, layer: null }));
	const [mixed, single] = severalBy(rest, (settings) => vecPath(dataOnly(settings)));
	return [
		...behaviors.map((group) => toGroup(group, 'behavior', { behavior: null })),
		...layers.map((group) => toGroup(group, 'layer', { layer: null })),
		...mixed.map((group) => toGroup(group, 'settings', dataOnly(group[0]!.settings))),
		...single.map((line) => toGroup([line], 'one', {})),
	];
}

function severalBy(lines: readonly AbLine[], key: (settings: NamedSettings) => string): [AbLine[][], AbLine[]] {
	const groups = new Map<string, AbLine[]>();
	for (const line of lines) groups.set(key(line.settings), [...(groups.get(key(line.settings)) ?? []), line]);
	const several = [...groups.values()].filter((group) => group.length > 1);
	return [several, lines.filter((line) => !several.some((group) => group.includes(line)))];
}

function dataOnly({ model, dataset, behavior, temp }: NamedSettings): NamedSettings {
	const plain = { residual: false, logit: false, layer: null, scrub: false, leace: null, toks: null };
	return { model, dataset, behavior, temp, ...plain };
}

const LABELS: Record<AbGroup['by'], (settings: NamedSettings) => string> = {
	behavior: ({ behavior }) => behaviorWord(behavior),
	layer: ({ layer }) => (layer === 'all' ? 'all layers' : layer === null ? 'no layer named' : `layer ${layer}`),
	// Without the model, the data set and the behavior, which all of them share.
	settings: (settings) =>
		settingsLabel(settings)
			.split(' ')
			.filter((part) => !/^[MDB]:/.test(part))
			.join(' '),
	one: () => '',
};

function toGroup(lines: AbLine[], by: AbGroup['by'], shared: Partial<NamedSettings>): AbGroup {
	const settings = { ...lines[0]!.settings, ...shared };
	const stem = by === 'settings' ? basename(vecPath(settings), '.safetensors').replace(/^vec_/, 'plot_') : undefined;
	return {
		name: `${stem ?? basename(plotPath(settings), '.png')}_ab${by === 'one' ? '' : `-by-${by}`}`,
		...{ settings, by },
		lines: [...lines].sort(inOrder).map((line) => ({ ...line, label: LABELS[by](line.settings) })),
	};
}

const layerRank = ({ layer }: NamedSettings) => (typeof layer === 'number' ? layer : Number.MAX_SAFE_INTEGER);

/** Layers as numbers, the rest by name. */
function inOrder({ settings: a }: AbLine, { settings: b }: AbLine): number {
	return layerRank(a) - layerRank(b) || (plotPath(a) < plotPath(b) ? -1 : 1);
}
