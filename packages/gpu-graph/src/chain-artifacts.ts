import { measuresPath } from '@steering/core/artifacts';
import { defaultLayer, defaultModel } from '@steering/core/model-defaults';
import { parseSettings, plotPath, responsePath, type SettingsInput, vecPath } from '@steering/core/settings';

/**
 * What the commands of a chain write for these settings, relative to the root, with the commands' own defaults.
 * @throws {SteeringError} ERR_USAGE for settings that make no sense or a model whose layer nobody gave
 */
export function chainArtifacts(
	settings: SettingsInput,
	mults: readonly (number | string)[],
	env: Readonly<Record<string, string>> = {},
) {
	const model = settings.model ?? defaultModel({ ...process.env, ...env });
	const layer = settings.layer ?? defaultLayer(model, settings.residual ?? false);
	const all = parseSettings({ ...settings, model, layer });
	const responses = mults.map((mult) => responsePath(all, Number(mult)));
	return {
		/** One stands for those of all layers: a command makes them together. */
		vector: vecPath(all, layer === 'all' ? 0 : layer),
		responses,
		measures: responses.map(measuresPath),
		pictures: [plotPath(all), plotPath(all).replace(/\.png$/, '.svg')],
	};
}
