import { type Command, Option } from 'commander';
import { type AskedDevice, DEVICES } from '../model/device.js';
import { integerArgument } from './number-arguments.js';

export const PRECISIONS = ['exact', 'fast'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** What the options below put into a command's options. */
export type SharedOptions = {
	data?: string;
	overwrite?: boolean;
	json?: boolean;
	verbose?: boolean;
	threads?: number;
	device?: AskedDevice;
	precision?: Precision;
	seed?: number;
	debug?: boolean;
};

/** Adds options one after the other: `withOptions(command, dataOption, jsonOption)`. */
export function withOptions(command: Command, ...add: ((command: Command) => Command)[]): Command {
	return add.reduce((built, each) => each(built), command);
}

export function dataOption(command: Command): Command {
	return command.option('--data <dir>', 'folder of the data sets (default: STEERING_DATA)');
}

export function overwriteOption(command: Command): Command {
	return command.option('--overwrite', 'redo what is there already');
}

export function jsonOption(command: Command): Command {
	return command.option('--json', 'print the results as JSON');
}

export function verboseOption(command: Command): Command {
	return command.option('-v, --verbose', 'say more');
}

export function threadsOption(command: Command): Command {
	const option = new Option('--threads <number>', "threads of the model (default: the machine's)");
	return command.addOption(option.argParser(integerArgument('--threads', { min: 1, max: 1024 })));
}

export function deviceOption(command: Command): Command {
	const help = 'where the model runs; auto: the first of cuda, webgpu and cpu that is there (default: cpu)';
	return command.addOption(new Option('--device <device>', help).choices(DEVICES));
}

/** The device that was asked for; says which one it is where it was left open. */
export async function chosenDevice({ device }: SharedOptions): Promise<AskedDevice | undefined> {
	if (device !== 'auto') return device;
	const { findDevice } = await import('../model/device.js');
	const found = await findDevice('auto');
	console.error(`note: --device auto: ${found}`);
	return found;
}

/** No default here: each command has its own. */
export function precisionOption(command: Command): Command {
	const help = 'arithmetic of quantised weights: exact in floats, fast as shipped';
	return command.addOption(new Option('--precision <precision>', help).choices(PRECISIONS));
}

export function seedOption(command: Command): Command {
	const option = new Option('--seed <number>', 'seed of all sampling').argParser(integerArgument('--seed'));
	return command.addOption(option.default(0));
}
