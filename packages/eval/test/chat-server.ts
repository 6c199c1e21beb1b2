import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Body = Record<string, unknown> & { messages: { role: string; content: string }[]; seed: number };

/** How a server under test behaves; by default it obeys `structured_outputs` and ignores what it does not know. */
export interface Behaviour {
	port?: number;
	models?: string[];
	/** Fields of constraints that it obeys. */
	obeys?: readonly string[];
	/** Answers 400 to constraints it does not obey, instead of ignoring them. */
	refuses?: boolean;
	logprobs?: boolean;
	/** What it says unconstrained. */
	free?: (question: string, seed: number) => string;
	/** Takes over a request about an exchange, the nth from 0; probes are not counted. True: it has answered, or will not. */
	fault?: (n: number, response: ServerResponse, body: Body) => boolean;
	/** Before it answers a request about an exchange. */
	gate?: (() => Promise<void>) | undefined;
	/** Answers all requests with this, as one whose key is wrong. */
	status?: number;
}

export interface ChatServer {
	port: number;
	/** Requests about exchanges so far, and how many of them were under way at once at most. */
	readonly seen: { requests: number; most: number; bodies: Body[] };
	close(): Promise<void>;
}

/** The answer is a hash of the question: the same for the same exchange, whatever else is asked. */
export function pick(question: string, allowed: readonly string[]): string {
	return allowed[createHash('sha256').update(question).digest().readUInt32LE() % allowed.length]!;
}

/** A chat server over a real socket, with no model behind it. */
export async function startChatServer(behaviour: Behaviour = {}): Promise<ChatServer> {
	const seen = { requests: 0, most: 0, bodies: [] as Body[] };
	let underWay = 0;
	const server = createServer(async (request, response) => {
		if (behaviour.status) {
			send(response, { error: { message: 'no' } }, behaviour.status);
			return;
		}
		if (request.url !== '/v1/chat/completions') {
			const models = { data: (behaviour.models ?? ['toy-judge']).map((id) => ({ id })) };
			const pages: Record<string, unknown> = { '/health': {}, '/v1/models': models };
			const page = pages[request.url ?? ''];
			send(response, page ?? {}, page ? 200 : 404);
			return;
		}
		const body = await bodyOf(request);
		if (!isProbe(body)) {
			seen.bodies.push(body);
			seen.most = Math.max(seen.most, ++underWay);
			response.once('close', () => underWay--);
			const n = seen.requests++;
			if (behaviour.fault?.(n, response, body)) return;
			await behaviour.gate?.();
		}
		answer(behaviour, body, response);
	});
	server.listen(behaviour.port ?? 0, '127.0.0.1');
	await once(server, 'listening');
	return { port: (server.address() as AddressInfo).port, seen, close: () => close(server) };
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
	return JSON.parse(await text(request));
}

const isProbe = ({ messages }: Body) => messages.length === 1;

async function close(server: Server): Promise<void> {
	server.closeAllConnections();
	server.close();
	if (server.listening) await once(server, 'close');
}

/** True: a fault that has answered. */
export function send(response: ServerResponse, value: unknown, status = 200, headers = {}): true {
	response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
	return true;
}

const CONSTRAINTS = ['structured_outputs', 'guided_choice', 'guided_regex', 'grammar', 'regex', 'response_format'];

function answer(behaviour: Behaviour, body: Body, response: ServerResponse): void {
	const { obeys = ['structured_outputs'], refuses, free = () => 'Paris, of course' } = behaviour;
	const asked = CONSTRAINTS.find((name) => name in body);
	if (refuses && asked && !obeys.includes(asked)) {
		send(response, { error: { message: `unknown field ${asked}` } }, 400);
		return;
	}
	const question = body.messages.at(-1)!.content;
	const allowed = asked && obeys.includes(asked) ? allowedBy(asked, body[asked]) : undefined;
	const word = allowed ? pick(question, allowed) : free(question, body.seed);
	const content = allowed && asked === 'response_format' ? JSON.stringify({ answer: word }) : word;
	const tokens = allowed?.map((token) => ({
		token,
		logprob: Math.log((token === word ? 2 : 1) / (allowed.length + 1)),
	}));
	const first = tokens?.find(({ token }) => token === word);
	const logprobs =
		behaviour.logprobs && body.logprobs
			? { content: [{ ...(first ?? { token: content, logprob: 0 }), top_logprobs: tokens ?? [] }] }
			: null;
	send(response, { choices: [{ message: { role: 'assistant', content }, logprobs }] });
}

/** Read back from the field, as each server would understand it. */
function allowedBy(name: string, field: unknown): string[] {
	if (name === 'structured_outputs') return (field as { choice: string[] }).choice;
	if (name === 'guided_choice') return field as string[];
	if (name === 'grammar') return [...String(field).matchAll(/"(\w+)"/g)].map((match) => match[1]!);
	if (name === 'response_format') {
		const { json_schema } = field as { json_schema: { schema: { properties: { answer: { enum: string[] } } } } };
		return json_schema.schema.properties.answer.enum;
	}
	return String(field).slice(1, -1).split('|');
}
