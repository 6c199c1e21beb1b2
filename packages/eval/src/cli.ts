import { basename } from 'node:path';
import {
	addSettingsOptions,
	chosenDevice,
	deviceOption,
	formatTable,
	jsonOption,
	modelPreparation,
	multsOption,
	overwriteOption,
	precisionOption,
	progress,
	runCli,
	type SharedOptions,
	settingsFromOptions,
	signalOf,
	threadsOption,
	verboseOption,
	withOptions,
} from '@steering/core/cli';
import { defaultLayer, defaultModel } from '@steering/core/model-defaults';
import { pythonFloat, type Settings, settingsLabel, settingsSchema } from '@steering/core/settings';
import { Command } from 'commander';
import { addCalibrateCommand } from './calibrate/calibrate-command.js';
import type { EvaluatedFile } from './evaluate.js';
import { addJudgeOptions, type JudgeOptions, judgeFromOptions } from './judge-options.js';
import { addMeasureOptions, type MeasureCliOptions, refuseOtherOptions } from './measures/measure-options.js';

interface Options extends SharedOptions, JudgeOptions, MeasureCliOptions {
	mults?: number[];
}

const program = new Command('eval').description(
	'Have replies judged, and write the scores into their files; or measure what needs no judge (--measure).\n' +
		'Without flags of settings: all replies that have no scores yet; with any: those of that settings.',
);
withOptions(program, addSettingsOptions, multsOption, overwriteOption, addJudgeOptions, addMeasureOptions);
withOptions(program, precisionOption, threadsOption, deviceOption, verboseOption, jsonOption).action(run);
addCalibrateCommand(program);
await runCli(program);

async function run(options: Options): Promise<void> {
	refuseOtherOptions(program, options);
	await (options.measure ? measureSettings(options) : score(options));
}

async function measureSettings({ measure: measures = [], json, verbose, ...options }: Options): Promise<void> {
	const { measure } = await import('./measures/measure.js');
	let shown = progress(0, '');
	const measured = await measure({
		...options,
		device: await chosenDevice(options),
		...{ root: process.cwd(), measures, settings: askedSettings(options), signal: signalOf(program) },
		preparation: modelPreparation(),
		onNote: (note) => console.error(note),
		onStart: (runs) => {
			shown.done();
			shown = progress(runs, 'measures');
		},
		onProgress: (runs) => shown.tick(runs),
	}).finally(() => shown.done());
	if (json) return console.log(JSON.stringify(measured));
	if (verbose) for (const path of new Set(measured.map(({ path }) => path))) console.log(path);
	const { measuresTable } = await import('./measures/print-measures.js');
	console.log(measuresTable(measured));
}

async function score(options: Options): Promise<void> {
	const judge = judgeFromOptions(options);
	const settings = askedSettings(options);
	const { evaluate } = await import('./evaluate.js');
	let shown = progress(0, '');
	const files = await evaluate({
		...{ root: process.cwd(), settings, mults: options.mults, overwrite: options.overwrite },
		...judge,
		...{ precision: options.precision, threads: options.threads, device: await chosenDevice(options) },
		...{ signal: signalOf(program), preparation: modelPreparation() },
		onNote: (note) => console.error(note),
		onStart: (replies, from) => {
			shown = progress(replies, 'scores', { from });
		},
		onProgress: (replies) => shown.tick(replies),
	}).finally(() => shown.done());
	if (options.json) console.log(JSON.stringify(files));
	else print(files, options.verbose ?? false);
}

/** The one settings that flags name; undefined when there is none among them. */
function askedSettings(options: Options): Settings | undefined {
	const asked = Object.keys(settingsSchema.shape).some((key) => program.getOptionValueSource(key) === 'cli');
	if (!asked) return undefined;
	return settingsFromOptions({ ...options }, { defaultModel: defaultModel(), defaultLayer });
}

function print(files: readonly EvaluatedFile[], verbose: boolean): void {
	if (verbose) for (const { path, skipped } of files) console.log(skipped ? `${path} (scored already)` : path);
	const several = new Set(files.map(({ settings }) => settingsLabel(settings))).size > 1;
	const rows = files.flatMap(({ path, mult, scores }) =>
		scores.map(({ label, mean, n, nulls }) => ({
			...(several ? { file: basename(path) } : {}),
			...{ mult: pythonFloat(mult), label, mean: mean?.toFixed(3), n, nulls },
		})),
	);
	console.log(formatTable(rows));
}
