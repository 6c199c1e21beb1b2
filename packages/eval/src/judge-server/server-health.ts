import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 250;
/** A server that loads a model may accept a connection and not answer it. */
const LOOK_MS = 5_000;

/** What a look at a server found: ready, or why not. */
export type Health = { ready: true } | { ready: false; problem: string };

/**
 * `/health`, as vLLM, llama.cpp and this project's server have it; where there is no such thing, whether the models are
 * listed.
 */
export async function lookAt(baseUrl: string, apiKey: string, signal: AbortSignal): Promise<Health> {
	const look = async (url: string, headers = {}) => {
		const response = await fetch(url, { headers, signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]) });
		await response.body?.cancel();
		return response.status;
	};
	try {
		const health = await look(baseUrl.replace(/\/v1$/, '/health'));
		const knows = health < 400 || health >= 500;
		const status = knows ? health : await look(`${baseUrl}/models`, { authorization: `Bearer ${apiKey}` });
		// A refusal is an answer too: what is wrong with the key or the path, the first request tells.
		return status < 500 ? { ready: true } : { ready: false, problem: `it answers ${status}` };
	} catch (error) {
		signal.throwIfAborted();
		return { ready: false, problem: reasonOf(error) };
	}
}

/** Looks until the server is ready or `waitMs` are over; at least once. */
export async function waitUntilReady(
	baseUrl: string,
	apiKey: string,
	{ waitMs, signal }: { waitMs: number; signal: AbortSignal },
): Promise<Health> {
	const deadline = Date.now() + waitMs;
	for (;;) {
		const health = await lookAt(baseUrl, apiKey, signal);
		if (health.ready || Date.now() + POLL_MS > deadline) return health;
		await sleep(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
	}
}

/** The system's word for a failed request, which fetch and the client hide in causes; else what the error says. */
export function reasonOf(error: unknown): string {
	for (let each = error; each instanceof Error; each = each.cause) {
		const { code } = each as NodeJS.ErrnoException;
		if (typeof code === 'string') return code;
		if (each.name === 'TimeoutError') return 'no answer';
	}
	return error instanceof Error ? error.message : String(error);
}
