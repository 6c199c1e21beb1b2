import { basename } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { APIError } from 'openai';
import { ChatEndpoint } from './chat-endpoint.js';
import { type Abilities, probe } from './probe.js';
import { isPassing, type Patience } from './retry.js';
import { reasonOf, waitUntilReady } from './server-health.js';

export interface ConnectOptions {
	baseUrl: string;
	apiKey: string;
	/** The served model; default: the only one there is. */
	model?: string | undefined;
	patience: Patience;
	/** How long to wait until the server is ready; 0: one look. */
	waitMs: number;
	signal: AbortSignal;
	/** Called when a request has failed for good: a server of our own may be about to end, which `signal` then tells. */
	afterFailure?: (() => Promise<void>) | undefined;
}

/** A server that answers, the model of it that judges, and what it can do. */
export interface Connection {
	endpoint: ChatEndpoint;
	/** As the server calls it. */
	model: string;
	abilities: Abilities;
}

/** Throws ERR_NETWORK when nobody answers, or not what a chat server answers; ERR_USAGE for a model not served. */
export async function connect(options: ConnectOptions): Promise<Connection> {
	const { baseUrl, apiKey, waitMs, signal, patience } = options;
	const health = await waitUntilReady(baseUrl, apiKey, { waitMs, signal });
	if (!health.ready) throw noServer(baseUrl, health.problem, waitMs);
	const endpoint = new ChatEndpoint(baseUrl, apiKey, patience);
	try {
		const model = chooseModel(baseUrl, await modelsOf(endpoint, options), options.model);
		return { endpoint, model, abilities: await probe(endpoint, model, signal) };
	} catch (error) {
		if (error instanceof SteeringError) throw error;
		throw await failure(error, options);
	}
}

/** Undefined where a server has no list: then the name given is taken as it is. */
async function modelsOf(endpoint: ChatEndpoint, { signal, model }: ConnectOptions): Promise<string[] | undefined> {
	try {
		return await endpoint.models(signal);
	} catch (error) {
		if (model !== undefined && error instanceof APIError && [404, 405, 501].includes(error.status ?? 0))
			return undefined;
		throw error;
	}
}

function chooseModel(baseUrl: string, served: string[] | undefined, asked: string | undefined): string {
	if (asked !== undefined && served === undefined) return asked;
	const names = served ?? [];
	const found = asked === undefined && names.length === 1 ? names[0] : names.find((name) => isNamed(name, asked));
	if (found !== undefined) return found;
	const list = names.length > 0 ? names.slice(0, 20).map(modelName).join(', ') : 'nothing';
	throw new SteeringError(
		'ERR_USAGE',
		asked === undefined ? `the server at ${baseUrl} serves ${list}` : `the server at ${baseUrl} serves no ${asked}`,
		{ hint: asked === undefined ? 'name one of them with --judge-model' : `it serves ${list}` },
	);
}

const isNamed = (name: string, asked: string | undefined) =>
	asked !== undefined && [name, modelName(name)].includes(asked);

/** A served name that is a path on the server's machine (llama.cpp's are) says no more than its last part. */
export function modelName(served: string): string {
	return /^([A-Za-z]:)?[/\\]/.test(served) ? basename(served.replaceAll('\\', '/')) : served;
}

function noServer(baseUrl: string, problem: string, waitMs = 0): SteeringError {
	const when = waitMs > 0 ? ` within ${waitMs / 1000} s` : '';
	return new SteeringError('ERR_NETWORK', `no judge server is ready at ${baseUrl}${when} (${problem})`, {
		hint: BOTH_CHOICES,
	});
}

/** What to do when there is no server to judge. */
const BOTH_CHOICES =
	'start one there, or with --server; or name a local model as judge with --judge-model NAME|FOLDER alone';

/** The error that a request ends with once its retries are used up; throws what `signal` was aborted with. */
export async function failure(
	error: unknown,
	{ baseUrl, signal, afterFailure }: ConnectOptions,
): Promise<SteeringError> {
	signal.throwIfAborted();
	await afterFailure?.();
	signal.throwIfAborted();
	return serverError(baseUrl, error);
}

function serverError(baseUrl: string, error: unknown): SteeringError {
	const status = error instanceof APIError ? error.status : undefined;
	const hint = status === 401 || status === 403 ? 'set OPENAI_API_KEY' : hintFor(error);
	const what = status === undefined ? `fails (${reasonOf(error)})` : `answers ${messageOf(error as APIError)}`;
	return new SteeringError('ERR_NETWORK', `the judge server at ${baseUrl} ${what}`, { hint, cause: error });
}

/** Without line ends, and not more of a page of HTML than shows what it is. */
function messageOf(error: APIError): string {
	return error.message.replace(/\s+/g, ' ').slice(0, 300);
}

function hintFor(error: unknown): string {
	return isPassing(error)
		? 'what was scored is kept: run the same command again when it is well'
		: 'check that it serves the OpenAI chat completions API';
}
