import type { FinishReason } from '@steering/core/model';
import type { Usage } from './generator.js';
import type { ReplyPiece } from './reply-text.js';

/** A whole reply. */
export interface WholeReply extends ReplyPiece {
	finish: FinishReason;
}

/** How an endpoint writes what was generated. */
export interface ResponseShape {
	whole(replies: readonly WholeReply[], usage: Usage): object;
	/** Sent before a reply's first piece. */
	opening(index: number): object | undefined;
	chunk(index: number, piece: ReplyPiece, finish: FinishReason | null): object;
	/** Sent at the end of a stream where usage was asked for. */
	usage(usage: Usage): object;
}

/** What every response and chunk says about itself. */
export interface Heading {
	id: string;
	created: number;
	model: string;
	system_fingerprint: string;
}
