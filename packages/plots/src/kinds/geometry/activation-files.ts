import { join } from 'node:path';
import type { SteeringError } from '@steering/core/errors';
import { actsPath, type NamedSettings } from '@steering/core/settings';
import { namesIn, parseFileName } from '../../folder-names.js';
import { matches, type SettingsFilter } from '../../settings-filter.js';

/** Activations of the positive and the negative examples of one data set, by ascending layer. */
export interface ActivationSet {
	/** Without a layer. */
	settings: NamedSettings;
	layers: { layer: number; positive: string; negative: string }[];
	/** Layers with files of one side only, as --logit leaves them. */
	incomplete: number[];
}

interface Search {
	artifacts: string;
	/** Only activations of settings with these values; any layer. */
	filter: SettingsFilter;
	onProblem: (error: SteeringError) => void;
}

/** The activations under ARTIFACTS/acts. */
export async function findActivationSets({
	artifacts,
	filter: { layer: _, ...filter },
	onProblem,
}: Search): Promise<ActivationSet[]> {
	const folder = join(artifacts, 'acts');
	const found = new Map<string, { settings: NamedSettings; sides: Map<number, Side> }>();
	for (const name of await namesIn(folder)) {
		if (!name.startsWith('acts_') || !name.endsWith('.safetensors')) continue;
		const path = join(folder, name);
		const parsed = parseFileName(path, onProblem);
		if (!parsed || typeof parsed.settings.layer !== 'number') continue;
		if (!matches(parsed.settings, filter)) continue;
		const key = actsPath(parsed.settings, { positive: true, layer: null });
		const { layer } = parsed.settings;
		const set = found.get(key) ?? { settings: { ...parsed.settings, layer: null }, sides: new Map<number, Side>() };
		set.sides.set(layer, { ...set.sides.get(layer), [parsed.positive ? 'positive' : 'negative']: path });
		found.set(key, set);
	}
	return [...found.values()].map(({ settings, sides }) => pairUp(settings, sides));
}

type Side = { positive?: string; negative?: string };

function pairUp(settings: NamedSettings, sides: ReadonlyMap<number, Side>): ActivationSet {
	const set: ActivationSet = { settings, layers: [], incomplete: [] };
	for (const [layer, { positive, negative }] of [...sides].sort(([a], [b]) => a - b)) {
		if (positive && negative) set.layers.push({ layer, positive, negative });
		else set.incomplete.push(layer);
	}
	return set;
}
