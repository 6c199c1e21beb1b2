import type { HttpBindings } from '@hono/node-server';
import { toApiError } from './api-error.js';
import { EventStream, limitReader } from './event-stream.js';
import type { Generator, Wish } from './generator.js';
import type { ServerLimits } from './limits.js';
import type { ResponseShape, WholeReply } from './response-shape.js';

export interface Exchange {
	generator: Generator;
	wish: Wish;
	shape: ResponseShape;
	limits: ServerLimits;
	/** Aborted when the client hangs up. */
	signal: AbortSignal;
	outgoing: HttpBindings['outgoing'];
}

/** All replies in one body. */
export async function respondWhole({ generator, wish, shape, limits, signal, outgoing }: Exchange): Promise<Response> {
	const replies: WholeReply[] = Array.from({ length: wish.prompts.length * wish.n }, () => ({
		text: '',
		tokens: [],
		finish: 'stop',
	}));
	const onPiece: Parameters<Generator['run']>[1]['onPiece'] = (index, piece, finish) => {
		const reply = replies[index]!;
		reply.text += piece.text;
		reply.tokens.push(...piece.tokens);
		if (finish) reply.finish = finish;
	};
	const usage = await generator.run(wish, { onPiece }, signal);
	limitReader(outgoing, limits.readerMs);
	return Response.json(shape.whole(replies, usage));
}

/** Replies as they come. What fails before the first token has a status of its own; later it is an event. */
export async function respondStream(exchange: Exchange & { withUsage: boolean }): Promise<Response> {
	const { generator, wish, shape, limits, signal, outgoing } = exchange;
	const gone = new AbortController();
	const stream = new EventStream(outgoing, limits.unreadBytes, () => gone.abort(new Error('the client hung up')));
	const opened = new Set<number>();
	let told = () => {};
	const first = new Promise<void>((resolve) => {
		told = resolve;
	});
	const run = generator.run(
		wish,
		{
			onPiece: (index, piece, finish) => {
				const opening = opened.has(index) ? undefined : shape.opening(index);
				opened.add(index);
				if (opening) stream.send(opening);
				if (piece.text || piece.tokens.length > 0 || finish) stream.send(shape.chunk(index, piece, finish));
				told();
			},
		},
		AbortSignal.any([signal, gone.signal]),
	);
	const done = run.then(
		(usage) => {
			if (exchange.withUsage) stream.send(shape.usage(usage));
			stream.send('[DONE]');
		},
		(error) => stream.send(toApiError(error).body),
	);
	void done.then(() => {
		limitReader(outgoing, limits.readerMs);
		stream.end();
	});
	await Promise.race([first, run]);
	return new Response(stream.body, {
		headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
	});
}
