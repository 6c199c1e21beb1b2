import { z } from 'zod';
import { reasonOf } from '../../datasets/download.js';
import { HttpRefusal } from '../../datasets/http-body.js';
import { SteeringError } from '../../errors/index.js';
import { folderVariable } from '../registry.js';
import type { HubPlace } from './hub-listing.js';

/** How to do without the hub. */
export function localHint(registryName: string | undefined): string {
	const kinds = 'give a local model (folder with safetensors or ONNX, or GGUF file): --model PATH';
	return registryName === undefined ? kinds : `${kinds}, or ${folderVariable(registryName)}=PATH to keep the name`;
}

/** Whether no answer came, or one that says nothing about the model: then what is cached will do. */
export function isUnreachable(error: unknown): boolean {
	const status = statusOf(error);
	return status === undefined ? isNoAnswer(error) : status === 429 || status >= 500;
}

/** What to tell of a failed request to the hub, in one line. */
export function hubError(error: unknown, place: HubPlace): SteeringError {
	const { endpoint, signal, registryName } = place;
	const name = nameOf(place);
	const local = localHint(registryName);
	if (signal?.aborted) return new SteeringError('ERR_ABORTED', `the download of ${name} was stopped`, { cause: error });
	const status = statusOf(error);
	if (status === 401 || status === 403) return refused(place, status, error);
	if (error instanceof SteeringError) {
		if (error.code !== 'ERR_NETWORK' || error.hint !== undefined) return error;
		return new SteeringError(error.code, error.message, { hint: `run it again to go on, or ${local}`, cause: error });
	}
	if (status === 404) {
		const message = `there is no model ${name}, neither as a folder nor at ${endpoint}`;
		return new SteeringError('ERR_MISSING_INPUT', message, { hint: local, cause: error });
	}
	const why = error instanceof z.ZodError ? `a listing that ${error.issues[0]?.message}` : reasonOf(error);
	return new SteeringError('ERR_NETWORK', `cannot get ${name} from ${endpoint}: ${why}`, {
		hint: `check the connection${tokenHint(place)}, or ${local}`,
		cause: error,
	});
}

/** 401 is also what the hub says of models that do not exist. */
function refused(place: HubPlace, status: number, cause: unknown): SteeringError {
	const { endpoint, id, token, registryName } = place;
	const access = token
		? `accept its licence at ${endpoint}/${id} with the account of HF_TOKEN`
		: `check the name, accept its licence at ${endpoint}/${id} and set HF_TOKEN to a token of that account`;
	return new SteeringError('ERR_MISSING_INPUT', `${endpoint} does not give out ${nameOf(place)} (${status})`, {
		hint: `${access}, or ${localHint(registryName)}`,
		cause,
	});
}

/** The models of the registry that come from the hub's checkpoints are given out against a licence only. */
function tokenHint({ registryName, token, endpoint, id }: HubPlace): string {
	if (registryName === undefined || token) return '';
	return `, set HF_TOKEN if ${endpoint}/${id} asks for a licence`;
}

/** `meta-llama/Meta-Llama-3-8B-Instruct@main`, after the name that was given for it. */
function nameOf({ id, revision, registryName }: HubPlace): string {
	const full = revision === 'main' ? id : `${id}@${revision}`;
	return registryName === undefined ? full : `${registryName} (${full})`;
}

/** Of a listing or of a file's download. */
function statusOf(error: unknown): number | undefined {
	const { statusCode, cause } = error as { statusCode?: unknown; cause?: unknown };
	if (cause instanceof HttpRefusal) return cause.status;
	return typeof statusCode === 'number' ? statusCode : undefined;
}

/** fetch throws a TypeError without an answer, a TimeoutError or AbortError when it takes too long. */
function isNoAnswer(error: unknown): boolean {
	return (error instanceof TypeError && error.message === 'fetch failed') || (error as Error).name === 'TimeoutError';
}
