import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { EventStream } from './event-stream.js';

it('cuts a reader off as soon as more than its bound is left unread', () => {
	const outgoing = new ServerResponse(new IncomingMessage(new Socket()));
	const stream = new EventStream(outgoing, 100, () => {});
	stream.send({ text: 'x'.repeat(50) });
	expect(outgoing.destroyed).toBe(false);
	stream.send({ text: 'x'.repeat(50) });
	expect(outgoing.destroyed).toBe(true);
});
