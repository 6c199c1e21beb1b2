import {
	addSettingsOptions,
	chosenDevice,
	dataOption,
	deviceOption,
	jsonOption,
	modelPreparation,
	overwriteOption,
	precisionOption,
	progress,
	runCli,
	type SharedOptions,
	settingsFromOptions,
	signalOf,
	threadsOption,
	withOptions,
} from '@steering/core/cli';
import { defaultLayer, defaultModel } from '@steering/core/model-defaults';
import { Command } from 'commander';

const program = new Command('generate-vectors').description(
	'Mean differences of activations between the two sides of a data set: the steering vectors of all layers.',
);
addSettingsOptions(program, { vectorsOnly: true });
withOptions(program, dataOption, overwriteOption, precisionOption, threadsOption, deviceOption, jsonOption);

program.action(async (options: SharedOptions, command: Command) => {
	const settings = settingsFromOptions(command.opts(), {
		defaultModel: defaultModel(),
		defaultLayer,
		vectorsOnly: true,
	});
	const { generateVectors } = await import('./generate-vectors.js');
	let shown = progress(0, '');
	const result = await generateVectors({
		settings,
		root: process.cwd(),
		data: options.data,
		overwrite: options.overwrite,
		precision: options.precision,
		threads: options.threads,
		device: await chosenDevice(options),
		signal: signalOf(command),
		preparation: modelPreparation(),
		onStart: (prompts) => {
			shown = progress(prompts, 'prompts');
		},
		onProgress: (done) => shown.tick(done),
	}).finally(() => shown.done());
	if (options.json) console.log(JSON.stringify(result));
	else {
		const { vectors, positives, negatives } = result;
		const what = result.skipped
			? 'already there (--overwrite makes them again)'
			: `from ${positives} + ${negatives} prompts`;
		console.log(`${vectors.length} vectors ${what}: ${vectors[0]} … ${vectors.at(-1)}`);
	}
});

await runCli(program);
