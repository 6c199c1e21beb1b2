import type { Command } from 'commander';
import { listenForSignals } from './command-signal.js';
import { reportError } from './report-error.js';

/**
 * Runs a command line to its end: parses, calls the action, and sees to what all commands share.
 *
 * - an error is one line on stderr and an exit code (1 failure, 2 usage, 3 missing input); `--debug` adds stack traces
 * - SIGHUP, SIGINT and SIGTERM abort {@link signalOf}; the exit code is 129, 130 or 143, whatever the action made of it
 * - a reader that goes away (`| head`, a terminal that is closed) does not stop the work by itself
 */
export async function runCli(program: Command, argv: readonly string[] = process.argv): Promise<void> {
	prepare(program);
	const debug = argv.includes('--debug');
	const exitCodeOfSignal = listenForSignals(program);
	let failing = false;
	const fail = (error: unknown) => {
		// What fails while failing would do so for ever.
		if (failing) process.exit();
		failing = true;
		const { exitCode, text } = reportError(error, { debug });
		if (text !== undefined) process.stderr.write(`${text}\n`);
		return exit(exitCodeOfSignal() ?? exitCode);
	};
	process.on('uncaughtException', fail);
	process.on('unhandledRejection', fail);
	for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreNoReader);
	try {
		await program.parseAsync(argv);
	} catch (error) {
		return fail(error);
	}
	const stopped = exitCodeOfSignal();
	if (stopped !== undefined) return exit(stopped);
}

/** Subcommands copy these settings only when made after them, so each is set; commander's own printing is ours to do. */
function prepare(command: Command): void {
	command.exitOverride().configureOutput({ outputError: () => {} });
	if (!command.options.some(({ long }) => long === '--debug')) command.option('--debug', 'show stack traces');
	for (const subcommand of command.commands) prepare(subcommand);
}

/** Ends the process once what was printed is out: whatever failed may have left sockets or workers behind. */
async function exit(code: number): Promise<void> {
	process.exitCode = code;
	const drained = [process.stdout, process.stderr].map(
		(stream) => new Promise<void>((resolve) => (stream.destroyed ? resolve() : stream.write('', () => resolve()))),
	);
	await Promise.all(drained);
	process.exit(code);
}

/** EPIPE: a closed pipe; EIO: a terminal that is gone. */
function ignoreNoReader(error: NodeJS.ErrnoException): void {
	if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
}
