import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ApiError, toApiError } from './api-error.js';
import { chatBody } from './chat-body.js';
import { chatShape } from './chat-shape.js';
import { completionBody } from './completion-body.js';
import { completionShape } from './completion-shape.js';
import type { Generator, Wish } from './generator.js';
import type { ServerLimits } from './limits.js';
import { parseBody } from './parse-body.js';
import { respondStream, respondWhole } from './respond.js';
import type { Heading, ResponseShape } from './response-shape.js';
import { chatWish, completionWish } from './wish.js';

export interface AppOptions {
	generator: Generator;
	/** Names that requests may call the model by; the first is the one it is listed under. */
	names: readonly [string, ...string[]];
	/** Wanted of every request but /health. */
	apiKey: string | undefined;
	limits: ServerLimits;
	/** Whether no new work is taken. */
	isDraining: () => boolean;
	/** Told what failed for no fault of the request. */
	onError: (error: unknown) => void;
}

type Env = { Bindings: HttpBindings; Variables: { bodyRead: () => void } };

/** Seconds after which a refused client may try again. */
const RETRY_AFTER = '1';

export function makeApp(options: AppOptions): Hono<Env> {
	const { generator, names, apiKey, limits } = options;
	const app = new Hono<Env>();
	/** Bytes of the bodies that are being read or looked at. */
	let held = 0;
	const created = Math.floor(Date.now() / 1000);
	app.onError((error, c) => failure(c, error, options.onError));
	app.notFound((c) => failure(c, new ApiError(404, `there is no ${c.req.method} ${c.req.path}`), options.onError));
	app.use(async (c, next) => {
		if (apiKey === undefined) requireLoopbackName(c.req.header('host'));
		await next();
	});
	app.get('/health', (c) => {
		const draining = options.isDraining();
		return c.json({ status: draining ? 'draining' : 'ok', ...generator.batch.load }, draining ? 503 : 200);
	});
	app.use('/v1/*', async (c, next) => {
		if (apiKey !== undefined) requireKey(c.req.header('authorization'), apiKey);
		await next();
	});
	app.get('/v1/models', (c) => c.json({ object: 'list', data: [modelEntry()] }));
	app.get('/v1/models/:name{.+}', (c) => {
		requireModel(c.req.param('name'));
		return c.json(modelEntry());
	});
	app.use('/v1/*', async (c, next) => {
		const release = hold(Number(c.req.header('content-length') ?? limits.bodyBytes));
		c.set('bodyRead', release);
		await next().finally(release);
	});
	app.use(
		'/v1/*',
		bodyLimit({
			maxSize: limits.bodyBytes,
			onError: () => {
				throw new ApiError(413, `the body is larger than ${limits.bodyBytes} bytes`);
			},
		}),
	);
	app.post('/v1/chat/completions', async (c) => {
		const body = parseBody(chatBody, await bodyText(c));
		requireModel(body.model);
		const stream = { stream: body.stream ?? false, withUsage: body.stream_options?.include_usage ?? false };
		const shape = chatShape(heading('chatcmpl'), { logprobs: body.logprobs ?? false, withUsage: stream.withUsage });
		return await respond(c, chatWish(body, generator), shape, stream);
	});
	app.post('/v1/completions', async (c) => {
		const body = parseBody(completionBody, await bodyText(c));
		requireModel(body.model);
		const stream = { stream: body.stream ?? false, withUsage: body.stream_options?.include_usage ?? false };
		const logprobs = body.logprobs !== null && body.logprobs !== undefined;
		const shape = completionShape(heading('cmpl'), { logprobs, withUsage: stream.withUsage });
		return await respond(c, await completionWish(body, generator), shape, stream);
	});
	return app;

	/** Makes room for a body, or throws 429; the returned function gives it back, once. */
	function hold(bytes: number): () => void {
		// Larger ones are refused by what comes next.
		const wanted = Math.min(bytes, limits.bodyBytes);
		if (held + wanted > limits.bodiesBytes)
			throw new ApiError(429, 'many large requests are being read: try again later');
		held += wanted;
		let left = wanted;
		return () => {
			held -= left;
			left = 0;
		};
	}

	async function bodyText(c: Context<Env>): Promise<string> {
		if (options.isDraining()) throw new ApiError(503, 'the server is stopping');
		// A page in a browser can send anything but this without asking first.
		if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
			throw new ApiError(415, 'send the body as application/json');
		}
		return await c.req.text();
	}

	async function respond(
		c: Context<Env>,
		wish: Wish,
		shape: ResponseShape,
		{ stream, withUsage }: { stream: boolean; withUsage: boolean },
	): Promise<Response> {
		c.get('bodyRead')();
		const exchange = { generator, wish, shape, limits, signal: c.req.raw.signal, outgoing: c.env.outgoing };
		return stream ? await respondStream({ ...exchange, withUsage }) : await respondWhole(exchange);
	}

	function heading(prefix: string): Heading {
		const { fingerprint } = generator.model.info;
		return {
			id: `${prefix}-${randomUUID()}`,
			created: Math.floor(Date.now() / 1000),
			model: names[0],
			system_fingerprint: fingerprint,
		};
	}

	function modelEntry() {
		const { layers, width, fingerprint, precision } = generator.model.info;
		const known = { layers, width, fingerprint, precision, max_model_len: generator.context };
		return { id: names[0], object: 'model', created, owned_by: 'steering', ...known };
	}

	function requireModel(name: string | undefined): void {
		if (name === undefined || names.includes(name)) return;
		throw new ApiError(404, `there is no model ${name}: this server has ${names[0]}`, {
			param: 'model',
			code: 'model_not_found',
		});
	}
}

function failure(c: Context<Env>, error: unknown, onError: (error: unknown) => void): Response {
	const known = toApiError(error);
	if (known.status === 500 && !c.req.raw.signal.aborted) onError(known.cause ?? known);
	if (known.status === 429 || known.status === 503) c.header('retry-after', RETRY_AFTER);
	// What is left of a body that nobody will read would be taken for the next request.
	if (known.status === 413 || known.status === 503) c.header('connection', 'close');
	return c.json(known.body, known.status as 400);
}

/** Both are hashed, so that neither length nor content shows in the time it takes. */
function requireKey(header: string | undefined, apiKey: string): void {
	const given = /^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? '';
	const digest = (text: string) => createHash('sha256').update(text).digest();
	if (!timingSafeEqual(digest(given), digest(apiKey))) {
		throw new ApiError(401, 'a valid API key is needed: Authorization: Bearer KEY', { code: 'invalid_api_key' });
	}
}

/** A page elsewhere can make its own name point here, and then read what comes back. */
function requireLoopbackName(host: string | undefined): void {
	if (host && /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host)) return;
	throw new ApiError(403, 'without an API key only requests to localhost are answered');
}
