import type { Command } from 'commander';
import { SteeringError } from '../errors/index.js';

/** SIGHUP: the terminal is gone. */
const SIGNAL_EXIT = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof SIGNAL_EXIT;

const controllers = new WeakMap<Command, AbortController>();

function root(command: Command): Command {
	return command.parent ? root(command.parent) : command;
}

function controllerOf(command: Command): AbortController {
	const program = root(command);
	const controller = controllers.get(program) ?? new AbortController();
	controllers.set(program, controller);
	return controller;
}

/** Aborted at the first SIGHUP, SIGINT or SIGTERM: for an action to hand on to whatever takes long. */
export function signalOf(command: Command): AbortSignal {
	return controllerOf(command).signal;
}

/**
 * The first of the three aborts, so that work can end at a good place; the second ends the process.
 * The returned function gives the exit code that a received signal asks for.
 */
export function listenForSignals(program: Command): () => number | undefined {
	const controller = controllerOf(program);
	let received: StopSignal | undefined;
	const stop = (signal: StopSignal) => {
		if (received) process.exit(SIGNAL_EXIT[signal]);
		received = signal;
		process.stderr.write(`stopping on ${signal}; once more ends it at once\n`);
		controller.abort(new SteeringError('ERR_ABORTED', `stopped by ${signal}`));
	};
	for (const signal of Object.keys(SIGNAL_EXIT) as StopSignal[]) process.on(signal, stop);
	return () => received && SIGNAL_EXIT[received];
}
