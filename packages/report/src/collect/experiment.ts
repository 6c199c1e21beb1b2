import { basename } from 'node:path';
import { type NamedSettings, plotPath } from '@steering/core/settings';
import { methodOf, titleOf } from '@steering/plots';
import type { Experiment } from '../report-data.js';
import { reproducingCommands, settingsOf } from './commands.js';
import { isScored, type ReadExperiment } from './read-experiments.js';

/** What the page says of one settings. */
export function experimentOf(read: ReadExperiment): Experiment {
	const { settings, files } = read;
	const manifests = files.flatMap(({ path, manifest }) => (manifest ? [[basename(path), manifest] as const] : []));
	return {
		name: experimentName(settings),
		title: titleOf(settings),
		method: methodOf(settings),
		settings: { ...settingsOf(read) },
		scale: scaleOf(read),
		mults: files.map(({ mult, path, figures, measures }) => ({
			...{ mult, file: basename(path), measures },
			figures: figures.map(({ label, mean, q25, q75, prompts }) => ({ label, mean, q25, q75, prompts })),
		})),
		commands: reproducingCommands(read),
		...(manifests.length > 0 ? { manifest: Object.fromEntries(manifests) } : {}),
	};
}

export function experimentName(settings: NamedSettings): string {
	return basename(plotPath(settings), '.png').replace(/^plot_/, '');
}

function scaleOf({ settings, files }: ReadExperiment): Experiment['scale'] {
	if (!files.some(({ items }) => items.some(isScored))) return 'none';
	return settings.behavior === null ? 'yes' : 'ten';
}
