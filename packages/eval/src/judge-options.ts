import { integerArgument, parseNumber, type SharedOptions } from '@steering/core/cli';
import { SteeringError } from '@steering/core/errors';
import { type Command, Option } from 'commander';
import { DEFAULT_COMMAND } from './judge-server/default-command.js';
import type { ServerOptions } from './judge-server/judge-server.js';

/** What the options below put into a command's options. */
export interface JudgeOptions {
	judgeModel?: string;
	judgePrompts?: string;
	port?: number;
	baseUrl?: string;
	server?: boolean;
	serverCommand?: string;
	wait?: number;
	concurrency?: number;
	retries?: number;
	timeout?: number;
}

/** What timers take, and longer than anybody waits: a week. */
const MAX_SECONDS = 604_800;

/** Adds the flags that say who judges. */
export function addJudgeOptions(command: Command): Command {
	const seconds = (flag: string) => (text: string) => {
		const value = parseNumber(flag, text);
		if (value > 0 && value <= MAX_SECONDS) return value;
		throw new SteeringError('ERR_USAGE', `${flag}: '${text}' is no number of seconds above 0, up to ${MAX_SECONDS}`);
	};
	const port = new Option('--port <port>', 'judge server on this machine (default: 8005)');
	const wait = new Option('--wait <seconds>', 'how long it may take to be ready (default: 600 with --server, else 0)');
	const concurrency = new Option('--concurrency <number>', 'requests to the judge server at once (default: 16)');
	const retries = new Option('--retries <number>', 'tries of a request after the first (default: 6)');
	const timeout = new Option('--timeout <seconds>', 'of one request to the judge server (default: 120)');
	return command
		.option('--judge-model <model>', 'local model that judges; with a judge server the name of a served one')
		.option('--judge-prompts <dir>', "folder of judge prompts (default: the project's own)")
		.addOption(port.argParser(integerArgument('--port', { min: 1, max: 65_535 })))
		.option('--base-url <url>', 'judge server elsewhere, as http://host:8000/v1')
		.option('--server', 'start the judge server, and stop it in the end')
		.option(
			'--server-command <command>',
			`what --server starts (default: STEERING_JUDGE_COMMAND, else "${DEFAULT_COMMAND}")`,
		)
		.addOption(wait.argParser(seconds('--wait')))
		.addOption(concurrency.argParser(integerArgument('--concurrency', { min: 1, max: 1024 })))
		.addOption(retries.argParser(integerArgument('--retries', { min: 0, max: 100 })))
		.addOption(timeout.argParser(seconds('--timeout')));
}

/**
 * Who judges, by the flags: a server when a flag of one is there, else the local model, else the default. `serverSettings` are for
 * the server that may be the default.
 */
export function judgeFromOptions(options: JudgeOptions & SharedOptions): {
	judgeModel?: string | undefined;
	judgePrompts?: string | undefined;
	server?: ServerOptions | undefined;
	serverSettings?: ServerOptions | undefined;
} {
	const { judgeModel, judgePrompts, port, baseUrl, server } = options;
	requireFitting(options);
	const asked = { judgeModel, judgePrompts };
	const { wait: waitSeconds, concurrency, retries, timeout: timeoutSeconds } = options;
	const serverSettings = { waitSeconds, concurrency, retries, timeoutSeconds };
	if (!server && port === undefined && baseUrl === undefined) {
		const isSet = Object.values(serverSettings).some((value) => value !== undefined);
		return isSet ? { ...asked, serverSettings } : asked;
	}
	const command = server
		? (options.serverCommand ?? (process.env.STEERING_JUDGE_COMMAND || DEFAULT_COMMAND))
		: undefined;
	return { ...asked, server: { port, baseUrl, command, ...serverSettings } };
}

/** @throws SteeringError ERR_USAGE for a flag that would do nothing */
function requireFitting(options: JudgeOptions & SharedOptions): void {
	const { port, baseUrl, server } = options;
	const refuse = (flag: string, problem: string) => {
		throw new SteeringError('ERR_USAGE', `--${flag} ${problem}`);
	};
	if (baseUrl !== undefined && port !== undefined) refuse('base-url', 'and --port name two judge servers');
	if (baseUrl !== undefined && server) refuse('base-url', 'names a judge server, --server starts one on --port');
	if (options.serverCommand !== undefined && !server) refuse('server-command', 'needs --server');
	const isServed = server || port !== undefined || baseUrl !== undefined;
	for (const flag of isServed ? (['precision', 'threads', 'device'] as const) : []) {
		if (options[flag] !== undefined) refuse(flag, 'is for a local judge, not for a judge server');
	}
	const isLocal = !isServed && options.judgeModel !== undefined;
	for (const flag of isLocal ? (['wait', 'concurrency', 'retries', 'timeout'] as const) : []) {
		if (options[flag] !== undefined) refuse(flag, 'is for a judge server: name it with --port, --base-url or --server');
	}
}
