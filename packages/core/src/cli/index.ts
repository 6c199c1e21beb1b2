export { signalOf } from './command-signal.js';
export { modelPreparation } from './model-preparation.js';
export { multsOption } from './mults-option.js';
export { integerArgument, parseNumber } from './number-arguments.js';
export { duration, type Progress, progress } from './progress.js';
export { runCli } from './run-cli.js';
export { addSettingsOptions, type SettingsDefaults, settingsFromOptions } from './settings-options.js';
export {
	chosenDevice,
	dataOption,
	deviceOption,
	jsonOption,
	overwriteOption,
	PRECISIONS,
	type Precision,
	precisionOption,
	type SharedOptions,
	seedOption,
	threadsOption,
	verboseOption,
	withOptions,
} from './shared-options.js';
export { formatTable, hasColor } from './table.js';
