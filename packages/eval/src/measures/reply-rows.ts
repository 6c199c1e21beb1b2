import { SteeringError } from '@steering/core/errors';
import type { ChatTokenizer, HookedModel, LogitsRow } from '@steering/core/model';

/** A prompt and a reply to it, read out where each token of the reply is predicted. */
export interface ReplyRow extends LogitsRow {
	/** The reply's tokens, as many as `positions`. */
	reply: readonly number[];
}

/** Tokens are joined, not texts: the prompt's stay those that a reply is sampled after. */
export function replyRow(prompt: string, reply: string, tokenizer: ChatTokenizer): ReplyRow {
	const asked = tokenizer.encodeChat([{ role: 'user', content: prompt }]);
	const answer = tokenizer.encode(reply);
	return {
		ids: [...asked, ...answer],
		promptLength: asked.length,
		positions: answer.map((_, i) => asked.length - 1 + i),
		reply: answer,
	};
}

/** @throws SteeringError ERR_MISMATCH for more tokens than the model can read */
export function requireFits({ files, info }: HookedModel, tokens: number, what: string): void {
	const limit = files.config?.max_position_embeddings;
	if (typeof limit !== 'number' || tokens <= limit) return;
	throw new SteeringError('ERR_MISMATCH', `${what} makes ${tokens} tokens, and ${info.name} reads ${limit}`, {
		hint: 'shorten it, or leave this measure out',
	});
}
