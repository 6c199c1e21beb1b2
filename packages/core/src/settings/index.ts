export { checkCombinations } from './combinations.js';
export { modelLabel, settingsLabel } from './name-parts.js';
export { type ArtifactKind, type ParsedName, parseSettingsName } from './parse-name.js';
export { parseSettings } from './parse-settings.js';
export { actsPath, eraserPath, plotPath, responsePath, vecPath } from './paths.js';
export { pythonFloat } from './python-float.js';
export {
	BEHAVIORS,
	type Behavior,
	DATASETS,
	type Dataset,
	LEACE_METHODS,
	type LeaceMethod,
	type NamedSettings,
	namedSettingsSchema,
	type Settings,
	type SettingsInput,
	settingsSchema,
	TOKS,
	type Toks,
} from './schema.js';
export { generateCommand, settingsFlags } from './settings-flags.js';
