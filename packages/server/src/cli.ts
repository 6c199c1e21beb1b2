import {
	chosenDevice,
	deviceOption,
	integerArgument,
	modelPreparation,
	precisionOption,
	runCli,
	type SharedOptions,
	signalOf,
	threadsOption,
	withOptions,
} from '@steering/core/cli';
import { defaultModel } from '@steering/core/model-defaults';
import { Command, Option } from 'commander';

interface ServerCliOptions extends SharedOptions {
	model?: string;
	port: number;
	host: string;
	apiKey?: string;
	maxRows?: number;
	maxWaiting?: number;
	grace: number;
}

const program = new Command('server').description(
	"Serve a model in OpenAI's way, with vectors added to the activations of each request.",
);
program.option(
	'--model <model>',
	'registry name, folder, GGUF file or hub id (default: STEERING_MODEL, else organism)',
);
const whole = (flags: string, help: string, bounds: { min: number; max?: number }) =>
	new Option(flags, help).argParser(integerArgument(flags.split(' ')[0]!, bounds));
program.addOption(whole('--port <number>', '0: any that is free', { min: 0, max: 65535 }).default(8005));
program.option('--host <address>', 'where to listen; other than loopback it needs an API key', '127.0.0.1');
program.addOption(new Option('--api-key <key>', 'wanted of every request').env('STEERING_API_KEY'));
program.addOption(whole('--max-rows <number>', 'replies written at once (default: 32)', { min: 1, max: 1024 }));
program.addOption(whole('--max-waiting <number>', 'requests that may wait (default: 256)', { min: 1, max: 100_000 }));
program.addOption(
	whole('--grace <seconds>', 'time for running replies when the server is stopped', { min: 0, max: 86_400 }).default(
		30,
	),
);
withOptions(program, precisionOption, threadsOption, deviceOption);

program.action(async (options: ServerCliOptions, command: Command) => {
	const signal = signalOf(command);
	const { serve } = await import('./serve.js');
	const { maxRows, maxWaiting } = options;
	const server = await serve({
		model: options.model ?? defaultModel(),
		port: options.port,
		host: options.host,
		apiKey: options.apiKey,
		root: process.cwd(),
		precision: options.precision,
		threads: options.threads,
		device: await chosenDevice(options),
		batch: { ...(maxRows ? { maxRows } : {}), ...(maxWaiting ? { maxWaiting } : {}) },
		onError: (error) => console.error(error),
		signal,
		preparation: modelPreparation(),
	});
	console.error(`${server.generator.model.info.name} at ${server.url}/v1`);
	await new Promise<void>((resolve) => {
		if (signal.aborted) resolve();
		signal.addEventListener('abort', () => resolve());
	});
	await server.drain(options.grace * 1000);
	// A server that was asked to stop, and has, did not fail: no exit code of a signal.
	process.exit(0);
});

await runCli(program);
