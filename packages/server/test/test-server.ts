import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { type RunningServer, type ServeOptions, serve } from '../src/index.js';

export const NO_RETRIES = { maxRetries: 0 };

/** A server of the embedded model, in exact arithmetic, on a port of its own. */
export class TestServer {
	readonly server: RunningServer;
	readonly root: string;
	readonly client: OpenAI;

	private constructor(server: RunningServer, root: string, apiKey: string) {
		this.server = server;
		this.root = root;
		this.client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey, ...NO_RETRIES });
	}

	static async start(options: Partial<ServeOptions> = {}): Promise<TestServer> {
		const root = mkdtempSync(join(tmpdir(), 'server-'));
		const server = await serve({ model: 'organism', port: 0, root, precision: 'exact', ...options });
		return new TestServer(server, root, options.apiKey ?? 'none');
	}

	get load() {
		return this.server.generator.batch.load;
	}

	post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
		return fetch(`${this.server.url}/v1/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: typeof body === 'string' ? body : JSON.stringify(body),
			...init,
		});
	}

	/** The status and the error of a request that is refused. */
	async refused(path: string, body: unknown): Promise<{ status: number; message: string; param: string | null }> {
		const response = await this.post(path, body);
		const { error } = (await response.json()) as { error: { message: string; type: string; param: string | null } };
		return { status: response.status, message: error.message, param: error.param };
	}

	/** A request whose answer is never read. */
	unread(path: string, body: object): Socket {
		const { hostname, port } = new URL(this.server.url);
		const text = JSON.stringify(body);
		const socket = connect(Number(port), hostname);
		socket.pause();
		socket.on('error', () => {});
		socket.write(
			`POST /v1/${path} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
		);
		return socket;
	}

	async stop(): Promise<void> {
		await this.server.drain(0);
		rmSync(this.root, { recursive: true, force: true });
	}
}
