import { setTimeout as sleep } from 'node:timers/promises';
import { APIConnectionError, APIError, APIUserAbortError } from 'openai';

/** How patient a client is with a server that fails for a while. */
export interface Patience {
	/** Tries after the first. */
	retries: number;
	/** Before the first retry; each later one waits twice as long, up to {@link MAX_BACKOFF_MS}. */
	backoffMs: number;
	/** Of one try, its body included. */
	timeoutMs: number;
}

const MAX_BACKOFF_MS = 10_000;
/** A server that asks for more is not worth waiting for: its quota is used up. */
const MAX_RETRY_AFTER_MS = 120_000;
/** Request timeout, conflict, too early, too many requests: over by itself, unlike other 4xx. */
const PASSING = new Set([408, 409, 425, 429]);

/**
 * Tries until it succeeds: connections that fail or break, timeouts, bodies cut short, 429 and 5xx are tried again after
 * what `Retry-After` says, else after a time that doubles, with jitter so that many clients do not come back together.
 */
export async function withRetries<T>(
	attempt: (signal: AbortSignal) => Promise<T>,
	{ retries, backoffMs, timeoutMs }: Patience,
	signal: AbortSignal,
): Promise<T> {
	for (let failures = 0; ; ) {
		const timeout = AbortSignal.timeout(timeoutMs);
		try {
			return await attempt(AbortSignal.any([signal, timeout]));
		} catch (error) {
			signal.throwIfAborted();
			const cause = timeout.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`, { cause: error }) : error;
			if (++failures > retries || !isPassing(cause)) throw cause;
			await sleep(askedWait(cause) ?? jittered(backoffMs * 2 ** (failures - 1)), undefined, { signal }).catch(() =>
				signal.throwIfAborted(),
			);
		}
	}
}

/** Whether the same request may succeed later. Whatever is no answer of the server's is a broken connection or body. */
export function isPassing(error: unknown): boolean {
	if (error instanceof APIConnectionError || error instanceof APIUserAbortError) return true;
	if (!(error instanceof APIError) || error.status === undefined) return true;
	if (error.status === 429 && (retryAfterMs(error) ?? 0) > MAX_RETRY_AFTER_MS) return false;
	return error.status >= 500 || PASSING.has(error.status);
}

function askedWait(error: unknown): number | undefined {
	return error instanceof APIError ? retryAfterMs(error) : undefined;
}

/** RFC 9110, 10.2.3: seconds or a date. */
function retryAfterMs({ headers }: APIError): number | undefined {
	const text = (headers as Headers | undefined)?.get('retry-after');
	if (!text) return undefined;
	const wait = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now();
	return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function jittered(ms: number): number {
	return Math.min(ms, MAX_BACKOFF_MS) * (0.5 + Math.random() / 2);
}
