import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { SteeringError } from '@steering/core/errors';
import { type AskedDevice, type BatchLimits, HookedModel, type PreparationHooks } from '@steering/core/model';
import type { Precision } from '@steering/core/onnx';
import { makeApp } from './app.js';
import { Generator } from './generator.js';
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from './limits.js';
import { SteeringVectors } from './steering-vectors.js';

export interface ServeOptions {
	/** A registry name, a folder, a GGUF file, or a hub id. */
	model: string;
	/** 0: any that is free. */
	port: number;
	/** Default: loopback. Another address needs an API key. */
	host?: string | undefined;
	apiKey?: string | undefined;
	/** The folder that holds artifacts/. */
	root: string;
	/** Default `fast`: as the model was exported. */
	precision?: Precision | undefined;
	threads?: number | undefined;
	device?: AskedDevice | undefined;
	batch?: Partial<BatchLimits> | undefined;
	limits?: Partial<ServerLimits> | undefined;
	/** Told what failed for no fault of a request. */
	onError?: ((error: unknown) => void) | undefined;
	signal?: AbortSignal | undefined;
	/** Told what happens before the model can be opened: downloads, a build. */
	preparation?: PreparationHooks | undefined;
}

export interface RunningServer {
	url: string;
	generator: Generator;
	/** Once and for all: takes no new work, lets what runs finish for as long as this, ends the rest and frees the model. */
	drain(graceMs: number): Promise<void>;
}

/**
 * Serves a model in OpenAI's way. Throws ERR_USAGE for an address that needs a key, ERR_FAILED for one that cannot be listened on,
 * and what {@link HookedModel.load} throws.
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
	const { host = '127.0.0.1', apiKey } = options;
	if (!isLoopback(host) && !apiKey) {
		throw new SteeringError('ERR_USAGE', `--host ${host} can be reached by others, and there is no API key`, {
			hint: 'give one with STEERING_API_KEY or --api-key',
		});
	}
	const limits = { ...DEFAULT_SERVER_LIMITS, ...options.limits };
	const model = await HookedModel.load(options.model, {
		precision: options.precision ?? 'fast',
		threads: options.threads,
		device: options.device,
		signal: options.signal,
		...options.preparation,
	});
	const batch = await model.openBatch(options.batch);
	const generator = new Generator(model, batch, new SteeringVectors(options.root, model.info));
	let drained: Promise<void> | undefined;
	const app = makeApp({
		generator,
		names: [model.info.name, options.model],
		apiKey: apiKey || undefined,
		limits,
		isDraining: () => drained !== undefined,
		onError: options.onError ?? (() => {}),
	});
	const server = createAdaptorServer({
		fetch: app.fetch,
		serverOptions: { connectionsCheckingInterval: Math.min(limits.headersMs, CHECK_MS) },
	}) as Server;
	server.headersTimeout = limits.headersMs;
	server.requestTimeout = limits.requestMs;
	server.maxConnections = limits.connections;
	const idle = trackResponses(server);
	try {
		await listen(server, options.port, host);
	} catch (error) {
		await batch.close();
		throw error;
	}
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
		generator,
		drain: (graceMs) => {
			drained ??= drain(graceMs);
			return drained;
		},
	};

	async function drain(graceMs: number): Promise<void> {
		server.closeIdleConnections();
		await atMost(graceMs, idle());
		await batch.close();
		// Those that were ended are told so.
		await atMost(FAREWELL_MS, idle());
		server.close();
		server.closeAllConnections();
	}
}

/** How often connections that are too slow are looked for. */
const CHECK_MS = 5000;
/** For the last bytes to go out when the grace is over. */
const FAREWELL_MS = 1000;

/** The returned function waits until no response is being made or read. */
function trackResponses(server: Server): () => Promise<void> {
	const open = new Set<ServerResponse>();
	const waiting = new Set<() => void>();
	server.on('request', (_, response: ServerResponse) => {
		open.add(response);
		response.on('close', () => {
			open.delete(response);
			if (open.size > 0) return;
			for (const resolve of waiting) resolve();
			waiting.clear();
		});
	});
	return () => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.add(resolve)));
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const over = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, ms);
	});
	await Promise.race([work, over]);
	clearTimeout(timer);
}

async function listen(server: Server, port: number, host: string): Promise<void> {
	try {
		server.listen(port, host);
		await once(server, 'listening');
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		const why = code === 'EADDRINUSE' ? 'something listens there already' : ((cause as Error).message ?? code);
		throw new SteeringError('ERR_FAILED', `cannot listen on ${host} port ${port}: ${why}`, {
			hint: 'give another --port, or 0 for any that is free',
			cause,
		});
	}
}

function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
