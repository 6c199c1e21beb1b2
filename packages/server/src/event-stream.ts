import type { HttpBindings } from '@hono/node-server';

const encoder = new TextEncoder();

/**
 * Server-sent events to a reader who may be slow, or never read at all: what it has not taken is bounded, and past the bound it is
 * cut off. Replies are written at the batch's pace, so that it holds up nobody else.
 */
export class EventStream {
	readonly body: ReadableStream<Uint8Array>;
	readonly #outgoing: HttpBindings['outgoing'];
	#controller!: ReadableStreamDefaultController<Uint8Array>;
	#open = true;

	constructor(outgoing: HttpBindings['outgoing'], unreadBytes: number, onGone: () => void) {
		this.#outgoing = outgoing;
		const gone = () => {
			if (!this.#open) return;
			this.#open = false;
			onGone();
		};
		this.body = new ReadableStream(
			{
				start: (controller) => {
					this.#controller = controller;
				},
				cancel: gone,
			},
			{ highWaterMark: unreadBytes, size: (chunk) => chunk!.byteLength },
		);
		outgoing.on('close', gone);
	}

	send(data: object | '[DONE]'): void {
		if (!this.#open) return;
		const text = typeof data === 'string' ? data : JSON.stringify(data);
		this.#controller.enqueue(encoder.encode(`data: ${text}\n\n`));
		if (this.#controller.desiredSize! < 0) this.#outgoing.destroy();
	}

	end(): void {
		if (!this.#open) return;
		this.#open = false;
		this.#controller.close();
	}
}

/** A complete response that its reader does not take is cut off. */
export function limitReader(outgoing: HttpBindings['outgoing'], ms: number): void {
	const timer = setTimeout(() => outgoing.destroy(), ms);
	timer.unref();
	outgoing.on('close', () => clearTimeout(timer));
}
