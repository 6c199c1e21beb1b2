import { once } from 'node:events';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serve } from '../src/index.js';
import { NO_RETRIES, TestServer } from './test-server.js';

const messages = [{ role: 'user' as const, content: 'How do I mend the lantern?' }];
const short = { messages, temperature: 0, max_tokens: 4 };
/** Goes on for a thousand tokens and more, whatever the model would like. */
const endless = { messages, max_tokens: 1900, stream: true, regex: '[a-z ]{3000}' };

let server: TestServer;
afterEach(() => server.stop());

const idle = (patience = 30_000) =>
	vi.waitFor(() => expect(server.load).toMatchObject({ rows: 0, waiting: 0 }), { timeout: patience, interval: 5 });
const busy = () => vi.waitFor(() => expect(server.load.rows).toBeGreaterThan(0), { timeout: 30_000, interval: 5 });

describe('many clients', () => {
	it('200 at once are all answered, each as if it were alone', async () => {
		server = await TestServer.start();
		const contents = Array.from({ length: 200 }, (_, i) => `How do I ${['mend', 'sell', 'steal'][i % 3]} the lantern?`);
		const ask = async (content: string) => {
			const response = await server.post('chat/completions', { ...short, messages: [{ role: 'user', content }] });
			return ((await response.json()) as OpenAI.ChatCompletion).choices[0]!.message.content;
		};
		const alone = new Map<string, string | null>();
		for (const content of contents.slice(0, 3)) alone.set(content, await ask(content));
		expect(await Promise.all(contents.map(ask))).toEqual(contents.map((content) => alone.get(content)));
		expect(server.load).toMatchObject({ rows: 0, waiting: 0 });
	});

	it('what is too much at once is told to come again', async () => {
		server = await TestServer.start({ batch: { maxRows: 1, maxWaiting: 1 } });
		const holder = server.unread('chat/completions', endless);
		await busy();
		const waits = server.post('chat/completions', short);
		await vi.waitFor(() => expect(server.load.waiting).toBe(1), { interval: 5 });
		for (const stream of [false, true]) {
			const refused = await server.post('chat/completions', { ...short, stream });
			expect(refused.status).toBe(429);
			expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
			expect(await refused.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'err_busy' } });
		}
		holder.destroy();
		expect((await waits).status).toBe(200);
		// The client's own retries get through, too.
		const patient = new OpenAI({ baseURL: `${server.server.url}/v1`, apiKey: 'none', maxRetries: 5 });
		expect((await patient.chat.completions.create({ ...short, model: 'organism' })).choices).toHaveLength(1);
	});
});

describe('clients that leave', () => {
	it('in the middle of a stream', async () => {
		server = await TestServer.start({ batch: { maxRows: 1 } });
		const stream = await server.client.chat.completions.create({ ...endless, model: 'organism', stream: true });
		for await (const _ of stream) break;
		await idle();
		expect((await server.post('chat/completions', short)).status).toBe(200);
	});

	it('before any answer, waiting or running', async () => {
		server = await TestServer.start({ batch: { maxRows: 1 } });
		const whole = { ...endless, stream: false };
		const sockets = [1, 2, 3].map(() => server.unread('chat/completions', whole));
		await vi.waitFor(() => expect(server.load).toMatchObject({ rows: 1, waiting: 2 }), {
			timeout: 30_000,
			interval: 5,
		});
		for (const socket of sockets.toReversed()) socket.destroy();
		await idle();
		expect((await server.post('chat/completions', short)).status).toBe(200);
	});

	it('in the middle of their own request', async () => {
		server = await TestServer.start();
		const { hostname, port } = new URL(server.server.url);
		const socket = connect(Number(port), hostname);
		socket.write(
			`POST /v1/completions HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"pro`,
		);
		await once(socket, 'connect');
		socket.destroy();
		expect((await server.post('chat/completions', short)).status).toBe(200);
	});
});

describe('readers that do not read', () => {
	it('are cut off when too much is left unread, and hold up nobody', async () => {
		server = await TestServer.start({ limits: { unreadBytes: 64 * 1024 } });
		const slow = server.unread('chat/completions', { ...endless, n: 24, logprobs: true, top_logprobs: 20 });
		await busy();
		expect((await server.post('chat/completions', short)).status).toBe(200);
		expect(server.load.rows).toBe(24);
		await idle(60_000);
		const chunks: Buffer[] = [];
		slow.on('data', (chunk) => chunks.push(chunk));
		await once(slow.resume(), 'close');
		// Cut off while it was written: a stream that was only left to wait ends with this.
		expect(Buffer.concat(chunks).toString('latin1')).not.toContain('[DONE]');
	});

	it('and those that leave a complete answer lie', async () => {
		server = await TestServer.start({ limits: { readerMs: 1, unreadBytes: 2 ** 30 } });
		// More than the system's socket buffers hold.
		const large = { ...endless, stream: false, max_tokens: 150, n: 28, logprobs: true, top_logprobs: 20 };
		const slow = server.unread('chat/completions', large);
		await busy();
		await idle();
		const chunks: Buffer[] = [];
		slow.on('data', (chunk) => chunks.push(chunk));
		await once(slow.resume(), 'close');
		const [head, ...body] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n');
		const promised = Number(/content-length: (\d+)/i.exec(head!)![1]);
		expect(promised).toBeGreaterThan(4_000_000);
		expect(body.join('\r\n\r\n').length).toBeLessThan(promised);
	});
});

describe('bodies', () => {
	it('that are too large, said or unsaid', async () => {
		server = await TestServer.start();
		const large = JSON.stringify({ ...short, user: 'x'.repeat(10 * 1024 * 1024) });
		expect(await server.refused('chat/completions', large)).toMatchObject({ status: 413 });
		const chunks = new ReadableStream({
			start(controller) {
				controller.enqueue(Buffer.from(large));
				controller.close();
			},
		});
		const chunked = await server
			.post('chat/completions', '', { body: chunks, duplex: 'half' } as RequestInit)
			.then(({ status }) => status);
		expect(chunked).toBe(413);
		expect((await server.post('chat/completions', short)).status).toBe(200);
	});

	it('of nearly ten megabytes are read, and refused for what they ask', async () => {
		server = await TestServer.start();
		const large = [{ role: 'user', content: 'a'.repeat(10 * 1024 * 1024 - 200) }];
		expect(await server.refused('chat/completions', { messages: large })).toMatchObject({
			status: 400,
			message: expect.stringContaining('context'),
		});
		const nested = '['.repeat(4_000_000);
		expect(await server.refused('chat/completions', nested)).toMatchObject({ status: 400 });
	});

	it('and runs that would take the tokenizer long', async () => {
		server = await TestServer.start();
		for (const run of ['a', ' ']) {
			const large = [{ role: 'user', content: run.repeat(20_001) }];
			expect(await server.refused('chat/completions', { messages: large })).toMatchObject({
				status: 400,
				message: expect.stringContaining('in a row'),
			});
		}
	});

	it('together more than there is room for are told to come again', async () => {
		server = await TestServer.start({ limits: { bodyBytes: 1000, bodiesBytes: 1500 } });
		const { hostname, port } = new URL(server.server.url);
		const half = connect(Number(port), hostname);
		half.write(
			`POST /v1/completions HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"pro`,
		);
		const large = { ...short, user: 'x'.repeat(600) };
		await vi.waitFor(async () => expect((await server.post('chat/completions', large)).status).toBe(429));
		half.destroy();
		await vi.waitFor(async () => expect((await server.post('chat/completions', large)).status).toBe(200));
		// What is answered gives its room back.
		for (let i = 0; i < 5; i++) expect((await server.post('chat/completions', large)).status).toBe(200);
	});

	it('that never come end by themselves', async () => {
		server = await TestServer.start({ limits: { headersMs: 1, requestMs: 1 } });
		const { hostname, port } = new URL(server.server.url);
		const socket = connect(Number(port), hostname);
		socket.write(`POST /v1/completions HTTP/1.1\r\nhost: ${hostname}\r\n`);
		socket.resume();
		await once(socket, 'close');
	}, 60_000);
});

describe('stopping', () => {
	it('finishes what runs, refuses what is new, and then is gone', async () => {
		server = await TestServer.start();
		const running = server.client.chat.completions.create({
			...short,
			model: 'organism',
			max_tokens: 900,
			regex: '[a-z ]{600}',
		} as never);
		await busy();
		const stopped = server.server.drain(60_000);
		const late = await server.post('chat/completions', short);
		expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1']);
		expect((await fetch(`${server.server.url}/health`)).status).toBe(503);
		const { choices } = (await running) as OpenAI.ChatCompletion;
		expect(choices[0]!.message.content).toHaveLength(600);
		await stopped;
		await expect(fetch(`${server.server.url}/health`)).rejects.toThrow();
	});

	it('ends what takes too long, and says so', async () => {
		server = await TestServer.start();
		const stream = await server.post('chat/completions', endless);
		const whole = server.post('chat/completions', { ...endless, stream: false });
		await vi.waitFor(() => expect(server.load.rows).toBe(2), { interval: 5 });
		await server.server.drain(0);
		expect((await whole).status).toBe(503);
		const events = (await stream.text()).trim().split('\n\n');
		expect(JSON.parse(events.at(-1)!.slice('data: '.length))).toMatchObject({ error: { type: 'server_error' } });
	});
});

describe('who may ask', () => {
	it('anybody with the key', async () => {
		server = await TestServer.start({ apiKey: 'secret' });
		const { url } = server.server;
		expect((await server.client.models.list()).data).toHaveLength(1);
		for (const apiKey of ['wrong', 'secret2', 's']) {
			const stranger = new OpenAI({ baseURL: `${url}/v1`, apiKey, ...NO_RETRIES });
			await expect(stranger.models.list()).rejects.toMatchObject({ status: 401 });
		}
		expect((await server.post('chat/completions', short)).status).toBe(401);
		expect((await fetch(`${url}/health`)).status).toBe(200);
	});

	it('without one, this machine only, and under its own name', async () => {
		server = await TestServer.start();
		await expect(serve({ model: 'organism', port: 0, host: '0.0.0.0', root: server.root })).rejects.toMatchObject({
			code: 'ERR_USAGE',
		});
		const { hostname, port } = new URL(server.server.url);
		const socket = connect(Number(port), hostname);
		socket.write('GET /v1/models HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n');
		const chunks = await socket.toArray();
		expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 403 /);
	});

	it('a port that is taken is named', async () => {
		server = await TestServer.start();
		const port = Number(new URL(server.server.url).port);
		await expect(serve({ model: 'organism', port, root: server.root })).rejects.toMatchObject({
			code: 'ERR_FAILED',
			message: expect.stringContaining(`port ${port}`),
		});
	});
});
