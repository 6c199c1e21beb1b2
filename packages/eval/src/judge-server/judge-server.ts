import { SteeringError } from '@steering/core/errors';
import type { Judge } from '../judge.js';
import { apiKeyFor, DEFAULT_PORT, loopbackUrl, parseBaseUrl } from './address.js';
import { modelName } from './connect.js';
import { servedModel, serverCommand } from './server-command.js';
import { ServerJudge } from './server-judge.js';
import { type StartedServer, startServer } from './start-server.js';

/** Which server judges, and how patient we are with it. */
export interface ServerOptions {
	/** On this machine; default 8005. */
	port?: number | undefined;
	/** Of the API, `/v1` included, instead of a port. */
	baseUrl?: string | undefined;
	/** Start it, by this command (`{port}` and `{model}` are replaced), and stop it in the end. */
	command?: string | undefined;
	/** How long it may take until it is ready; default: 600 where it is started, else one look. */
	waitSeconds?: number | undefined;
	/** How long a started server has to end when told to, before it is killed; default 10. */
	graceSeconds?: number | undefined;
	/** Requests at once; default 16. */
	concurrency?: number | undefined;
	/** Tries of a request after the first; default 6. */
	retries?: number | undefined;
	/** Before the first retry; default 500, then doubling. */
	backoffMs?: number | undefined;
	/** Of one request; default 120. */
	timeoutSeconds?: number | undefined;
}

/** A model of 70B is read from a disk, or partly fetched, within this. */
const START_SECONDS = 600;
/** Keeps a batching server busy, and stays below what others queue or refuse. */
const CONCURRENCY = 16;
/** With the backoff, about half a minute of a server that is away. */
const RETRIES = 6;
const BACKOFF_MS = 500;
/** A slow server with one slot works off a queue of CONCURRENCY requests within this. */
const TIMEOUT_SECONDS = 120;

/** Between a broken connection and the end of the process that broke it. */
const DYING_MS = 1000;

interface Options {
	root: string;
	server?: ServerOptions | undefined;
	judgeModel?: string | undefined;
	signal?: AbortSignal | undefined;
	onNote?: ((note: string) => void) | undefined;
}

/** The served model that flags name; undefined: whichever the server has. */
export function serverModel({ server, judgeModel }: Pick<Options, 'server' | 'judgeModel'>): string | undefined {
	const model = server?.command === undefined ? judgeModel : servedModel(server.command, judgeModel);
	return model === undefined ? undefined : modelName(model);
}

/** The server that judges, started if so asked, and the judge behind it. */
export class JudgeServer {
	readonly judge: Judge;
	readonly #started: StartedServer | undefined;

	private constructor(judge: Judge, started: StartedServer | undefined) {
		this.judge = judge;
		this.#started = started;
	}

	/** Throws what starting and connecting throw; nothing is left running then. */
	static async open(options: Options): Promise<JudgeServer> {
		const { server = {}, signal = new AbortController().signal, onNote } = options;
		const baseUrl =
			server.baseUrl === undefined ? loopbackUrl(server.port ?? DEFAULT_PORT) : parseBaseUrl(server.baseUrl);
		const apiKey = apiKeyFor(baseUrl);
		const started = await start(options, { apiKey, signal });
		try {
			const judge = await ServerJudge.connect({
				...{ baseUrl, apiKey, patience: patienceOf(server), concurrency: server.concurrency ?? CONCURRENCY },
				model: server.command === undefined ? options.judgeModel : servedModel(server.command, options.judgeModel),
				waitMs: started ? 0 : (server.waitSeconds ?? 0) * 1000,
				signal: started ? AbortSignal.any([signal, started.died]) : signal,
				afterFailure: started && (() => started.endingWithin(DYING_MS)),
			});
			onNote?.(judge.note());
			return new JudgeServer(judge, started);
		} catch (error) {
			await started?.stop();
			throw error;
		}
	}

	async stop(): Promise<void> {
		await this.judge.release();
		await this.#started?.stop();
	}
}

function patienceOf({ retries = RETRIES, backoffMs = BACKOFF_MS, timeoutSeconds = TIMEOUT_SECONDS }: ServerOptions) {
	return { retries, backoffMs, timeoutMs: timeoutSeconds * 1000 };
}

async function start(
	{ root, server = {}, judgeModel, onNote }: Options,
	{ apiKey, signal }: { apiKey: string; signal: AbortSignal },
): Promise<StartedServer | undefined> {
	if (server.command === undefined) return undefined;
	if (process.platform === 'win32') {
		throw new SteeringError('ERR_NOT_OFFERED', '--server needs the process groups of Linux or macOS', {
			hint: 'start the server by hand, and name its --port',
		});
	}
	const { port = DEFAULT_PORT, waitSeconds = START_SECONDS, graceSeconds } = server;
	const command = serverCommand(server.command, { port, model: servedModel(server.command, judgeModel) });
	const graceMs = graceSeconds === undefined ? undefined : graceSeconds * 1000;
	return await startServer({ ...{ command, port, apiKey, root, graceMs, signal, onNote }, waitMs: waitSeconds * 1000 });
}
