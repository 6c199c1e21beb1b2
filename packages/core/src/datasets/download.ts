import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../artifacts/lock.js';
import { SteeringError } from '../errors/index.js';
import { type HttpBody, HttpRefusal, openBody } from './http-body.js';

/** A server that stays silent this long is given up; hubs answer within seconds. */
const IDLE_MS = 60_000;
const RETRIES = 4;
const FIRST_DELAY_MS = 500;

export interface DownloadRequest {
	readonly url: string;
	/** Where the file ends up, whole or not at all. */
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** More than this is refused: a wrong address must not fill the disk. */
	readonly maxBytes: number;
	/** Bytes, if known beforehand. */
	readonly size?: number | undefined;
	/** Throws if the file is not what it should be; then nothing of it stays. */
	readonly check?: (path: string) => Promise<void>;
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
	readonly idleMs?: number | undefined;
	readonly retries?: number | undefined;
	readonly firstDelayMs?: number | undefined;
}

/**
 * Downloads one file: resumes what an earlier, interrupted call left (`PATH.incomplete`), tries again when a connection
 * breaks, checks, and only then puts the file in its place. Of several processes one downloads, the others wait for it.
 * @throws ERR_NETWORK in one line; ERR_ABORTED by the signal
 */
export async function download(request: DownloadRequest): Promise<void> {
	await mkdir(dirname(request.path), { recursive: true });
	const work = async () => {
		if (existsSync(request.path)) return;
		await withRetries(request);
		await finish(request);
	};
	await withLock(request.path, work, { wait: true, signal: request.signal }).catch((error) => {
		throwIfAborted(request);
		throw error;
	});
}

/** Attempts count from the last byte that came: a long download over a bad line gets through. */
async function withRetries(request: DownloadRequest): Promise<void> {
	const { retries = RETRIES, firstDelayMs = FIRST_DELAY_MS } = request;
	let had = await sizeOf(request);
	for (let attempt = 0; ; attempt++) {
		try {
			return await appendRest(request);
		} catch (cause) {
			throwIfAborted(request);
			await dropMisfit(request, cause);
			const has = await sizeOf(request);
			if (has > had) attempt = 0;
			had = has;
			if (attempt >= retries || (cause instanceof HttpRefusal && !cause.isTemporary)) throw failed(request, cause);
			await pause(firstDelayMs * 2 ** attempt, request);
		}
	}
}

async function sizeOf(request: DownloadRequest): Promise<number> {
	return (await stat(namesOf(request).partial).catch(() => undefined))?.size ?? 0;
}

/** A range that the server does not have, or not that one: begin anew. */
async function dropMisfit(request: DownloadRequest, cause: unknown): Promise<void> {
	if (cause instanceof HttpRefusal && (cause.status === 416 || cause.status === 206)) {
		await rm(namesOf(request).partial, { force: true });
	}
}

/** Brings what is still missing of the file into `PATH.incomplete`. */
async function appendRest(request: DownloadRequest): Promise<void> {
	const { partial, tag } = namesOf(request);
	const have = await sizeOf(request);
	if (have > 0 && have === request.size) return;
	const savedTag = await readFile(tag, 'utf8').catch(() => undefined);
	// Half of one version and half of another would not be noticed without a check.
	const resumable = request.check !== undefined || savedTag !== undefined;
	const body = await openBody({
		url: request.url,
		headers: request.headers ?? {},
		idleMs: request.idleMs ?? IDLE_MS,
		from: resumable && (request.size === undefined || have < request.size) ? have : 0,
		...(savedTag !== undefined && { ifTag: savedTag }),
		...(request.signal && { signal: request.signal }),
	});
	if (body.total !== undefined && body.total > request.maxBytes) {
		await body.cancel();
		throw new HttpRefusal(`it has ${body.total} bytes, more than the ${request.maxBytes} allowed`);
	}
	if (body.strongTag === undefined) await rm(tag, { force: true });
	else await writeFile(tag, body.strongTag);
	await writeBody(partial, body, request);
}

async function writeBody(partial: string, body: HttpBody, { maxBytes, onProgress }: DownloadRequest): Promise<void> {
	const file = await open(partial, body.from === 0 ? 'w' : 'a');
	let done = body.from;
	try {
		for await (const chunk of body.chunks) {
			done += chunk.byteLength;
			if (done > maxBytes) throw new HttpRefusal(`it has more than the ${maxBytes} bytes allowed`);
			await file.appendFile(chunk);
			onProgress?.(done, body.total);
		}
		await file.sync();
	} finally {
		await file.close();
	}
	if (body.total !== undefined && done !== body.total) throw new Error(`only ${done} of ${body.total} bytes came`);
}

async function finish(request: DownloadRequest): Promise<void> {
	const { partial, tag } = namesOf(request);
	try {
		await request.check?.(partial);
	} catch (cause) {
		await rm(partial, { force: true });
		await rm(tag, { force: true });
		throw failed(request, cause);
	}
	await rename(partial, request.path);
	await rm(tag, { force: true });
}

function namesOf({ path }: DownloadRequest): { partial: string; tag: string } {
	return { partial: `${path}.incomplete`, tag: `${path}.incomplete.etag` };
}

async function pause(milliseconds: number, request: DownloadRequest): Promise<void> {
	const { signal } = request;
	await sleep(milliseconds, undefined, signal ? { signal } : {}).catch(() => throwIfAborted(request));
	throwIfAborted(request);
}

function throwIfAborted({ signal, url }: DownloadRequest): void {
	if (!signal?.aborted) return;
	throw new SteeringError('ERR_ABORTED', `the download of ${url} was stopped`, { hint: 'run it again to go on' });
}

function failed({ url }: DownloadRequest, cause: unknown): SteeringError {
	return new SteeringError('ERR_NETWORK', `cannot download ${url}: ${reasonOf(cause)}`, { cause });
}

/** What went wrong in a few words; fetch hides the reason (`ECONNREFUSED`) in the cause of a `fetch failed`. */
export function reasonOf(error: unknown): string {
	const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
	return (cause?.code ?? cause?.message ?? message).replaceAll(/\s+/g, ' ');
}

/** Hex digest of a file's bytes, after an optional prefix (git hashes `blob SIZE\0` first). */
export async function digestOf(path: string, algorithm: 'sha256' | 'sha1', prefix = ''): Promise<string> {
	const { createHash } = await import('node:crypto');
	const hash = createHash(algorithm).update(prefix);
	for await (const chunk of createReadStream(path)) hash.update(chunk);
	return hash.digest('hex');
}
