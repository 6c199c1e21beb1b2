import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export const COMMIT = 'c0ffee'.padEnd(40, '0');
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
export const gitHash = (bytes: Uint8Array) =>
	createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** Files above this are listed as the hub lists large ones, and their connections break or stall when told to. */
const LARGE = 100_000;

interface Repository {
	/** `ORG/NAME`. */
	readonly id: string;
	readonly files: Readonly<Record<string, Buffer>>;
	/** Stored as large ones are, whatever their size. */
	readonly large?: RegExp;
}

/** One repository behind the hub's endpoints that a download needs: model info, file tree in pages, files with redirect and ranges. */
export class LocalHub {
	readonly requests: { method: string; url: string; range: string | undefined; token: string | undefined }[] = [];
	/** Bytes after which the connection of the next so many downloads of large files breaks. */
	breakAfter: number[] = [];
	/** Bytes after which the next so many downloads of large files send nothing more. */
	stallAfter: number[] = [];
	/** Sizes that the listing gives instead of the real ones. */
	sizes: Record<string, number> = {};
	/** Answers instead of the real ones, by path of the file. */
	served: Record<string, Buffer> = {};
	status = 200;
	/** Without it, the files (not the info) are given out to nobody. */
	requiredToken: string | undefined;
	/** Names of the one commit. */
	revisions = ['main'];
	/** Where the client's blobs go. */
	blobs = '';
	readonly #repository: Repository;
	#server: Server = createServer((request, response) => this.#answer(request, response));

	constructor(repository: Repository) {
		this.#repository = repository;
	}

	async start(): Promise<string> {
		await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
		return this.url;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((done) => this.#server.close(done));
	}

	/** The ranges asked for of a file, a request each. */
	downloads(path: string): (string | undefined)[] {
		return this.requests.filter(({ url }) => url === `/cdn/${path}`).map(({ range }) => range);
	}

	isLarge(path: string): boolean {
		const { large, files } = this.#repository;
		return large?.test(path) || files[path]!.length > LARGE;
	}

	#answer(request: IncomingMessage, response: ServerResponse): void {
		const url = decodeURIComponent(request.url ?? '');
		const { range, authorization: token } = request.headers;
		const { id } = this.#repository;
		this.requests.push({ method: request.method ?? '', url, range, token });
		const [, revision] = new RegExp(`^/api/models/${id}/revision/([^?]+)`).exec(url) ?? [];
		const isGated = this.requiredToken !== undefined && token !== `Bearer ${this.requiredToken}`;
		const refuse = (status: number) => response.writeHead(status, { 'content-type': 'text/plain' }).end('no');
		if (this.status !== 200) refuse(this.status);
		else if (revision !== undefined && this.revisions.includes(revision)) sendJson(response, { id, sha: COMMIT });
		else if (url.startsWith(`/api/models/${id}/tree/${COMMIT}`)) this.#tree(url, response);
		else if (url.startsWith(`/${id}/resolve/${COMMIT}/`)) {
			if (isGated) refuse(token === undefined ? 401 : 403);
			else response.writeHead(302, { location: `/cdn/${url.slice(`/${id}/resolve/${COMMIT}/`.length)}` }).end();
		} else if (url.startsWith('/cdn/')) this.#file(url.slice(5), range, response);
		else refuse(404);
	}

	#tree(url: string, response: ServerResponse): void {
		const all = Object.entries(this.#repository.files).map(([path, bytes]) => {
			const size = this.sizes[path] ?? bytes.length;
			const lfs = this.isLarge(path) && { lfs: { oid: sha256(bytes), size, pointerSize: 130 } };
			return { type: 'file', path, size, oid: gitHash(bytes), ...lfs };
		});
		const second = url.includes('cursor');
		const next = `<${this.url}/api/models/${this.#repository.id}/tree/${COMMIT}?cursor=1>; rel="next"`;
		sendJson(response, second ? all.slice(5) : all.slice(0, 5), second ? {} : { link: next });
	}

	#file(path: string, range: string | undefined, response: ServerResponse): void {
		const bytes = this.served[path] ?? this.#repository.files[path]!;
		const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
		const headers = { etag: `"${sha256(bytes)}"`, 'content-length': bytes.length - from };
		const contentRange = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
		response.writeHead(range ? 206 : 200, range ? { ...headers, ...contentRange } : headers);
		const isLarge = bytes.length > LARGE;
		const stall = isLarge ? this.stallAfter.shift() : undefined;
		const limit = stall ?? (isLarge ? this.breakAfter.shift() : undefined);
		if (limit === undefined) response.end(bytes.subarray(from));
		else response.write(bytes.subarray(from, from + limit));
		if (limit !== undefined && stall === undefined) {
			breakOnceWritten(response, join(this.blobs, `${sha256(bytes)}.incomplete`), from + limit);
		}
	}
}

/** Breaks the connection once the client has written so much down: sooner, it may drop what it has received. */
function breakOnceWritten(response: ServerResponse, file: string, bytes: number): void {
	const timer = setInterval(() => {
		if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < bytes) return;
		response.destroy();
	}, 5);
	response.on('close', () => clearInterval(timer));
}

function sendJson(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
	response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}
