import {
	chosenDevice,
	deviceOption,
	jsonOption,
	modelPreparation,
	precisionOption,
	progress,
	type SharedOptions,
	signalOf,
	threadsOption,
	withOptions,
} from '@steering/core/cli';
import { SteeringError } from '@steering/core/errors';
import { modelLabel } from '@steering/core/settings';
import type { Command } from 'commander';
import { serverSettingsRefused } from '../judge-choice.js';
import { addJudgeOptions, type JudgeOptions, judgeFromOptions } from '../judge-options.js';

interface Options extends SharedOptions, JudgeOptions {
	labelled?: string;
}

/** The embedded model, of which held-out labels come with the project. */
const DEFAULT_JUDGE = 'organism';

export function addCalibrateCommand(program: Command): Command {
	// Without this the flags of `eval` would be taken after `calibrate`, too, and do nothing.
	program.enablePositionalOptions();
	const command = program
		.command('calibrate')
		.description(
			'Say how far a judge agrees with labelled exchanges, behavior by behavior.\n' +
				'Without a judge named: the organism, in this process.',
		)
		.option(
			'--labelled <file>',
			"labelled exchanges (default: held-out ones of organism for organism, the project's English for others)",
		);
	withOptions(command, addJudgeOptions, precisionOption, threadsOption, deviceOption, jsonOption).action(run);
	return program;
}

async function run(options: Options, command: Command): Promise<void> {
	refuseOptionsOfEval(command.parent!);
	const { calibrate } = await import('./calibrate.js');
	const { ENGLISH_EXCHANGES, organismExchanges } = await import('./labelled-exchanges.js');
	const { openJudge } = await import('../open-judge.js');
	const { judgePrompts, serverSettings, ...asked } = judgeFromOptions(options);
	if (serverSettings) throw serverSettingsRefused();
	const { precision, threads } = options;
	const device = await chosenDevice(options);
	const signal = signalOf(command);
	const onNote = (note: string) => console.error(note);
	const name = asked.judgeModel ?? (asked.server ? '' : DEFAULT_JUDGE);
	const isOrganism = modelLabel(name) === DEFAULT_JUDGE;
	const labelled = options.labelled ?? (isOrganism ? organismExchanges() : ENGLISH_EXCHANGES);
	const { judge, close } = await openJudge({
		...asked,
		root: process.cwd(),
		precision,
		threads,
		device,
		signal,
		onNote,
		preparation: modelPreparation(),
	});
	let shown = progress(0, '');
	const report = await calibrate(judge, {
		...{ labelled, judgePrompts, signal, onNote },
		onStart: (exchanges) => {
			shown = progress(exchanges, 'exchanges');
		},
		onProgress: (exchanges) => shown.tick(exchanges),
	}).finally(async () => {
		shown.done();
		await close();
	});
	if (options.json) return console.log(JSON.stringify(report));
	const { calibrationTables } = await import('./print-calibration.js');
	console.log(calibrationTables(report));
}

function refuseOptionsOfEval(program: Command): void {
	const given = program.options.find((option) => {
		const name = option.attributeName();
		return name !== 'debug' && program.getOptionValueSource(name) === 'cli';
	});
	if (!given) return;
	throw new SteeringError('ERR_USAGE', `${given.long} before calibrate is a flag of eval itself`, {
		hint: 'write flags after calibrate; `pnpm eval calibrate --help` lists them',
	});
}
