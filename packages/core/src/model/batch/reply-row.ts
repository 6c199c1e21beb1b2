import type { NextLogits } from '../next-logits.js';
import type { BatchReply, BatchRequest } from './batch-request.js';
import { chooseToken, logitsChosenFrom } from './choose-token.js';

/** A reply while it is written. */
export class ReplyRow {
	readonly request: BatchRequest;
	readonly #reply: BatchReply;
	#count = 0;
	/** The last token: what the next step reads. */
	last = 0;

	constructor(request: BatchRequest, reply: BatchReply) {
		this.request = request;
		this.#reply = reply;
	}

	/** How many of its row's largest logits it reads at the next token; undefined: all. */
	logitsRead(vocab: number): number | undefined {
		return logitsChosenFrom(this.request, this.#reply, vocab);
	}

	/** Chooses the next token from its row's logits; returns whether the reply goes on. */
	take(next: NextLogits, row: number): boolean {
		const token = chooseToken(next, row, this.request, this.#reply);
		this.#count++;
		this.last = token.id;
		if (this.request.stopIds.has(token.id)) return this.#finish('stop');
		const { constraint } = this.#reply;
		constraint?.advance(token.id);
		if (this.#reply.onToken(token)) return this.#finish('stop');
		if (constraint) {
			for (const id of constraint.forced?.() ?? []) if (this.#force(id)) return false;
			if (constraint.finished) return this.#finish('stop');
		}
		return this.#count < this.request.maxNewTokens || this.#finish('length');
	}

	/** A token that is certain: returns whether the reply ended with it. */
	#force(id: number): boolean {
		if (this.#count >= this.request.maxNewTokens) return !this.#finish('length');
		this.#count++;
		this.#reply.constraint!.advance(id);
		const { topLogprobs } = this.request;
		const certain = { logprob: 0, top: topLogprobs === 0 ? [] : [{ id, logprob: 0 }] };
		const ended = this.#reply.onToken({ id, ...(topLogprobs === undefined ? {} : certain) });
		return ended && !this.#finish('stop');
	}

	#finish(reason: 'stop' | 'length'): false {
		this.#reply.onFinish(reason, this.#count);
		return false;
	}
}
